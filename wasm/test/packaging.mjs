// Packs the package, installs it where each bundler and runtime finds it, and sees that it works:
//
//   node test/packaging.mjs [--no-browsers] [DIRECTORY]
//
// The directory holds one `node_modules` with all of them, which is kept from run to run.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DRIVERS } from './drivers.mjs';
import { bytes, serve } from './fault-server.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const args = process.argv.slice(2);
const inBrowsers = !args.includes('--no-browsers');
const here = fileURLToPath(new URL('packaging/', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = resolve(args.find((arg) => !arg.startsWith('--')) ?? join(root, 'target/npm/consumers'));

install();
const page = inBrowsers ? await DRIVERS.chromium() : undefined;
const results = [];
try {
  for (const [name, check] of consumers()) {
    const start = performance.now();
    const result = await check().catch((error) => String(error.stack ?? error));
    console.log(`package, ${name}: ${result}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
    results.push(result);
  }
} finally {
  await page?.close();
}
const passed = results.filter((result) => result === 'ok').length;
console.log(`package: ${passed} of ${results.length} consumers work`);
// Bundlers leave threads and watchers behind.
process.exit(passed === results.length ? 0 : 1);

/** Installs the tools where they are missing, and the package as `npm pack` makes it. */
function install() {
  const wanted = readFileSync(join(here, 'package.json'), 'utf8');
  const stamp = join(directory, 'installed.json');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(join(directory, 'node_modules'), { recursive: true, force: true });
    writeFileSync(join(directory, 'package.json'), wanted);
    execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
    writeFileSync(stamp, wanted);
  }
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], { cwd: join(root, 'wasm'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  // What `npm install` of the tarball does for a package without dependencies.
  const target = join(directory, 'node_modules/npymap');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(directory, filename), '-C', target, '--strip-components=1']);
  // Vite keeps what it has bundled of dependencies.
  rmSync(join(directory, 'node_modules/.vite'), { recursive: true, force: true });
  rmSync(join(directory, 'app'), { recursive: true, force: true });
  cpSync(join(here, 'app'), join(directory, 'app'), { recursive: true });
}

function consumers() {
  const scripts = [
    [`Node.js ${process.versions.node}`, () => run(process.execPath, 'script.mjs')],
    ['Deno', () => run(join(directory, 'node_modules/.bin/deno'), 'run', '--allow-read', '--node-modules-dir=manual', 'script.mjs')],
    ['Bun', () => run(join(directory, 'node_modules/.bin/bun'), 'script.mjs')],
  ];
  const pages = [
    ['plain modules', () => inPage(join(directory), '/app/plain.html', { '/app/plain.html': plainPage() })],
    ...['vite5', 'vite6', 'vite7', 'vite8'].flatMap((name) => [
      [`${name} dev`, () => viteDev(name)],
      [`${name} build`, () => viteBuild(name)],
    ]),
    ['webpack', webpack],
    ['esbuild', () => esbuild(false)],
    ['esbuild with splitting', () => esbuild(true)],
    ['Rollup', rollup],
  ];
  return inBrowsers ? [...scripts, ...pages] : scripts;
}

async function run(program, ...command) {
  return execFileSync(program, command, { cwd: join(directory, 'app'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** Without any tool: an import map is all that a bare name takes. */
function plainPage() {
  const map = JSON.stringify({ imports: { npymap: '/node_modules/npymap/dist/index.js' } });
  return `<!doctype html><script type="importmap">${map}</script><script type="module" src="/app/main.js"></script>`;
}

async function load(name) {
  const require = createRequire(join(directory, 'package.json'));
  return import(pathToFileURL(require.resolve(name)).href);
}

async function viteDev(name) {
  const { createServer } = await import(pathToFileURL(join(directory, `node_modules/${name}/dist/node/index.js`)).href);
  const server = await createServer({
    root: join(directory, 'app'), configFile: false, logLevel: 'error', cacheDir: join(directory, `node_modules/.vite/${name}`),
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
  });
  await server.listen();
  try {
    return await visit(`http://127.0.0.1:${server.httpServer.address().port}/`);
  } finally {
    await server.close();
  }
}

async function viteBuild(name) {
  const { build, createLogger } = await import(pathToFileURL(join(directory, `node_modules/${name}/dist/node/index.js`)).href);
  const outDir = join(directory, `built/${name}`);
  const warnings = [];
  // What is large is measured elsewhere.
  const warn = (message) => /chunks are larger than/.test(message) || warnings.push(message);
  const customLogger = { ...createLogger('silent'), warn, warnOnce: warn };
  await build({ root: join(directory, 'app'), configFile: false, customLogger, build: { outDir, emptyOutDir: true } });
  return warnings.length > 0 ? warnings.join('; ') : inPage(outDir, '/index.html');
}

async function webpack() {
  const { default: make } = await load('webpack');
  const path = join(directory, 'built/webpack');
  const compiler = make({
    mode: 'production', context: join(directory, 'app'), entry: './main.js', output: { path, filename: 'main.js', clean: true }, performance: false,
  });
  const stats = await new Promise((done, fail) => compiler.run((error, found) => (error ? fail(error) : done(found))));
  await new Promise((done) => compiler.close(done));
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const wrong = [...errors, ...warnings].map(({ message }) => message);
  return wrong.length > 0 ? wrong.join('; ') : inPage(path, '/index.html', { '/index.html': bundledPage() });
}

async function esbuild(splitting) {
  const { build } = await load('esbuild');
  const outdir = join(directory, `built/esbuild-${splitting ? 'split' : 'one'}`);
  rmSync(outdir, { recursive: true, force: true });
  const { warnings } = await build({
    entryPoints: [join(directory, 'app/main.js')], bundle: true, format: 'esm', splitting, minify: true, outdir, logLevel: 'silent',
  });
  if (warnings.length > 0) return warnings.map(({ text }) => text).join('; ');
  return inPage(outdir, '/index.html', { '/index.html': bundledPage() });
}

async function rollup() {
  const [{ rollup: make }, { default: nodeResolve }] = [await load('rollup'), await load('@rollup/plugin-node-resolve')];
  const warnings = [];
  const bundle = await make({ input: join(directory, 'app/main.js'), plugins: [nodeResolve({ browser: true })], onwarn: ({ message }) => warnings.push(message) });
  const dir = join(directory, 'built/rollup');
  rmSync(dir, { recursive: true, force: true });
  await bundle.write({ dir, format: 'es' });
  await bundle.close();
  return warnings.length > 0 ? warnings.join('; ') : inPage(dir, '/index.html', { '/index.html': bundledPage() });
}

function bundledPage() {
  return '<!doctype html><script type="module" src="main.js"></script>';
}

/** Serves a directory, and some pages beside it, and visits one of them. */
async function inPage(dir, path, pages = {}) {
  const server = await serve((name) => {
    if (pages[name]) return bytes(Buffer.from(pages[name]), 'text/html');
    const file = join(dir, name);
    return name.includes('..') || !existsSync(file) ? undefined : bytes(readFileSync(file), TYPES[extname(name)]);
  });
  try {
    return await visit(`${server.origin}${path}`);
  } finally {
    await server.close();
  }
}

/** What the page finds. */
async function visit(url) {
  const tab = await page.page.context().browser().newPage();
  const problems = [];
  tab.on('pageerror', (error) => problems.push(String(error)));
  tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  try {
    await tab.goto(url);
    const handle = await tab.waitForFunction(() => globalThis.result, undefined, { timeout: 30_000 });
    return await handle.jsonValue();
  } catch (error) {
    return [error.message, ...problems].join('; ');
  } finally {
    await tab.close();
  }
}
