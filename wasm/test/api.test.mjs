// What users rely on by name, and what npm tells of the package.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as npymap from 'npymap';
import * as node from 'npymap/node';
import * as slim from 'npymap/slim';

const PACKAGE = new URL('..', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', PACKAGE)));
const NAMES = ['NpyError', 'open', 'openNpy', 'openNpz', 'openRaw', 'slice', 'toNpy', 'toNpz'];

test('the names that are exported', () => {
  const snapshot = JSON.parse(readFileSync(new URL('names.json', import.meta.url)));
  const found = Object.fromEntries(Object.entries({ npymap, slim, node }).map(([entry, names]) => [entry, Object.keys(names).sort()]));
  assert.deepEqual(found, snapshot, 'names of the package changed: if that is meant, change test/names.json along');
  for (const name of NAMES) assert.ok(found.npymap.includes(name), name);
});

test('the names of an array and of an archive', async () => {
  const array = await npymap.openNpy(npymap.toNpy(new Float32Array(2), { shape: [2] }));
  for (const name of ['descr', 'dtype', 'shape', 'strides', 'ndim', 'size', 'itemsize', 'nbytes', 'fortranOrder', 'header', 'warnings']) assert.ok(name in array, name);
  for (const name of ['slice', 'transpose', 'field', 'astype', 'plan', 'read', 'view', 'at', 'chunks', 'stats', 'histogram', 'text', 'close']) assert.equal(typeof array[name], 'function', name);
  const archive = await npymap.openNpz(await npymap.toNpz({ a: npymap.toNpy(new Float32Array(2), { shape: [2] }) }));
  assert.deepEqual(archive.keys, ['a']);
  for (const name of ['entry', 'open', 'close']) assert.equal(typeof archive[name], 'function', name);
  assert.deepEqual(Object.keys(archive.entry('a')).sort(), ['compressedSize', 'crc32', 'method', 'name', 'size']);
  assert.deepEqual(Object.keys(array.plan()).sort(), ['bytesFetched', 'bytesWanted', 'ranges', 'requests', 'shape', 'zeroCopy']);
  assert.deepEqual(Object.keys(await array.read()).sort(), ['data', 'dtype', 'offset', 'shape', 'stride']);
});

test('facts are frozen, or copies', async () => {
  const array = await npymap.openNpy(npymap.toNpy(new Float32Array(2), { shape: [2] }));
  for (const name of ['shape', 'strides', 'warnings']) {
    try {
      array[name][0] = 99;
    } catch (error) {
      assert.ok(error instanceof TypeError);
    }
  }
  for (const shared of [array.header, array.header.version, array.warnings]) assert.ok(Object.isFrozen(shared));
  assert.deepEqual([...array.slice('...').shape, ...(await array.read()).shape], [2, 2]);
});

test('package.json', () => {
  assert.equal(manifest.name, 'npymap');
  assert.equal(manifest.type, 'module');
  assert.equal(manifest.sideEffects, false);
  assert.equal(manifest.license, 'MIT OR Apache-2.0');
  assert.equal(manifest.engines.node, '>=20');
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.peerDependencies, undefined);
  for (const script of ['install', 'preinstall', 'postinstall', 'prepare']) assert.equal(manifest.scripts?.[script], undefined, script);
  for (const [name, version] of Object.entries(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
  assert.deepEqual(Object.keys(manifest.exports), ['.', './slim', './node', './npymap.wasm', './package.json']);
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'object') assert.deepEqual(Object.keys(target), ['types', 'default'], entry);
    for (const path of [target].flatMap((t) => (typeof t === 'string' ? t : Object.values(t)))) assert.ok(existsSync(new URL(path, PACKAGE)), path);
  }
  const cargo = readFileSync(new URL('../Cargo.toml', PACKAGE), 'utf8');
  assert.equal(manifest.version, /^version = "([^"]+)"/m.exec(cargo)[1]);
});

test('what is published', () => {
  const [{ files, size }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: fileURLToPath(PACKAGE), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const names = files.map(({ path }) => path);
  for (const name of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'dist/index.js', 'dist/index.d.ts', 'dist/npymap.wasm']) assert.ok(names.includes(name), `${name} is missing`);
  const foreign = names.filter((name) => !/^(dist|ts)\/|^(package\.json|README\.md|LICENSE-(MIT|APACHE))$/.test(name));
  assert.deepEqual(foreign, []);
  // No second copy of the module but the inlined one.
  assert.deepEqual(names.filter((name) => name.endsWith('.wasm')), ['dist/npymap.wasm']);
  console.log(`package: ${names.length} files, ${(size / 1024).toFixed(0)} KiB packed`);
});

test('nothing runs on import, and nothing is global', () => {
  const before = execFileSync(process.execPath, ['--input-type=module', '-e', `
    const compile = WebAssembly.Module;
    let compiled = 0;
    WebAssembly.Module = new Proxy(compile, { construct: (...args) => (compiled += 1, Reflect.construct(...args)) });
    const before = Object.keys(globalThis).length;
    await import('npymap');
    console.log(compiled, Object.keys(globalThis).length - before);
  `], { cwd: fileURLToPath(PACKAGE), encoding: 'utf8' });
  assert.equal(before, '0 0\n');
});

test('types of declarations', () => {
  // Only what is published: a declaration must not lead to a file that is not there.
  const dist = fileURLToPath(new URL('dist/', PACKAGE));
  for (const name of readdirSync(dist).filter((file) => file.endsWith('.d.ts'))) {
    const text = readFileSync(`${dist}${name}`, 'utf8');
    for (const [, path] of text.matchAll(/from '(\.[^']+)'/g)) assert.ok(existsSync(`${dist}${path.replace(/\.js$/, '.d.ts')}`), `${name} → ${path}`);
  }
});

test('types, as users of TypeScript see them', () => {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', PACKAGE));
  try {
    execFileSync(process.execPath, [tsc, '-p', fileURLToPath(new URL('types/tsconfig.json', import.meta.url))], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test('every public name has a description', () => {
  const dist = fileURLToPath(new URL('dist/', PACKAGE));
  const declarations = readdirSync(dist).filter((file) => file.endsWith('.d.ts')).map((name) => readFileSync(`${dist}${name}`, 'utf8'));
  const index = readFileSync(`${dist}index.d.ts`, 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  const names = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => list.split(',').map((name) => name.replace('type ', '').trim()).filter(Boolean));
  assert.ok(names.length >= 20, String(names));
  for (const name of names) {
    const described = declarations.some((text) => new RegExp(`\\*/\\s*export (?:declare )?(?:interface|type|class|function|const) ${name}\\b`).test(text));
    assert.ok(described, `${name} has no description`);
  }
});

test('slim takes the module of the caller', async () => {
  const { init, openNpy, toNpy } = slim;
  const module = await WebAssembly.compile(readFileSync(new URL('dist/npymap.wasm', PACKAGE)));
  await init(module);
  const array = await openNpy(toNpy(Float32Array.of(1, 2, 3, 4), { shape: [2, 2] }));
  assert.deepEqual([...(await array.transpose().read()).data], [1, 3, 2, 4]);
});
