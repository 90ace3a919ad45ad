// The last steps of `cargo xtask npm`, for which it takes the tools of wasm/node_modules.
//
//   node pack-npm.mjs module GLUE_DIR   optimises the module and wraps its glue, into wasm/dist
//   node pack-npm.mjs optimise MODULE   optimises another module, in its place
//   node pack-npm.mjs sizes             says how large the package is, and fails if it is too large
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const wasm = fileURLToPath(new URL('../wasm/', import.meta.url));
const dist = join(wasm, 'dist');
const esbuild = createRequire(join(wasm, 'package.json'))('esbuild');

/** What users may have to load, compressed by gzip. */
const LIMITS = { wasm: 180 << 10, js: 14 << 10 };

const [, , task, dir] = argv;
if (task === 'module') {
  mkdirSync(dist, { recursive: true });
  // Its loops are optimised by now; what is left is to be small.
  const module = join(dist, 'npymap.wasm');
  // By default it inlines all that is called in one place, which gzip makes 3 KB more of; below 60 instructions it is worth it, and
  // inflating would take a third longer without.
  optimise(['-Oz', '--converge', '--one-caller-inline-max-function-size', '60'], join(dir, 'npymap_bg.wasm'), module);
  const names = JSON.parse(optimise(['--minify-imports-and-exports-and-modules'], module, module));
  writeFileSync(join(dist, 'glue.js'), glue(readFileSync(join(dir, 'npymap.js'), 'utf8'), names));
  writeFileSync(join(dist, 'wasm-inline.js'), inline(readFileSync(module)));
} else if (task === 'optimise') {
  optimise(['-O3', '--converge'], dir, dir);
} else if (task === 'sizes') {
  sizes();
} else {
  console.error('usage: pack-npm.mjs module GLUE_DIR | optimise MODULE | sizes');
  exit(2);
}

/** Gives what wasm-opt prints. */
function optimise(passes, from, to) {
  const features = ['simd', 'bulk-memory', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types'];
  const flags = [...features, 'multivalue'].map((name) => `--enable-${name}`);
  return execFileSync(
    join(wasm, 'node_modules/.bin/wasm-opt'),
    // No value lies in the first 1024 bytes: the stack ends there.
    [...passes, '--low-memory-unused', ...flags, '--strip-debug', '--strip-producers', '--strip-target-features', from, '-o', to],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

/**
 * The glue as a function that makes an instance. Left out is what it has to fetch a module, for engines without what every one
 * has that knows SIMD, and for `using`, as all handles are freed by `free()`. Names are those that the module has now.
 */
function glue(text, { imports, exports }) {
  text = cut(text, /^let wasm_bindgen = \(function\(exports\) \{\n/, 'const exports = {};\n');
  text = cut(text, /\n {4}let script_src;\n[^]*?\n {4}\}\n/, '\n');
  text = cut(text, /\n {4}if \(Symbol\.dispose\) .*\n/g, '\n');
  text = cut(text, /\n {8}if \(realloc === undefined\) \{\n[^]*?\n {8}\}\n/, '\n');
  text = cut(text, /\n {4}if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[^]*?\n {4}\}\n/, '\n');
  text = cut(text, /\n {4}async function __wbg_load\([^]*$/, `
    __wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);
    return exports;
`);
  // So wasm-opt calls the one module that there is to import from.
  text = cut(text, /"\.\/npymap_bg\.js"/, 'a');
  for (const [, name, short] of imports) text = cut(text, new RegExp(`\\b${name}: (?=function)`), `${short}: `);
  const shortened = new Map(exports);
  text = cut(text, /\bwasm\.(\w+)/g, (_, name) => {
    if (!shortened.has(name)) throw new Error(`the module has no export ${name}`);
    return `wasm.${shortened.get(name)}`;
  });
  const code = `export function create(module) {\n${text}\n}`;
  return esbuild.transformSync(code, { minify: true, target: 'es2022', format: 'esm' }).code;
}

function cut(text, pattern, by) {
  const rest = text.replace(pattern, by);
  if (rest === text) throw new Error(`the glue of wasm-bindgen has another form: nothing matches ${pattern}`);
  return rest;
}

/**
 * The module as text: a sign for each of the bytes that are most common, two for the others. Of base64, which does not leave
 * the bytes apart, gzip makes a third more.
 */
function inline(bytes) {
  const signs = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));
  // Nothing that has a meaning in a text of JavaScript, or in one of HTML.
  const alphabet = signs.filter((sign) => !'\\\'"`$<'.includes(sign)).join('');
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const single = alphabet.length - 3;
  const code = [];
  order.forEach((byte, i) => {
    const second = i - single;
    code[byte] = second < 0 ? alphabet[i] : alphabet[single + Math.floor(second / alphabet.length)] + alphabet[second % alphabet.length];
  });
  return `export const wasm = ${JSON.stringify({ alphabet, order, text: Array.from(bytes, (byte) => code[byte]).join('') })};\n`;
}

function sizes() {
  const bundle = (entry, external) =>
    esbuild.buildSync({
      entryPoints: [join(dist, entry)],
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      external,
      write: false,
    }).outputFiles[0].contents;
  const module = readFileSync(join(dist, 'npymap.wasm'));
  const rows = {
    wasm: module,
    'wasm inlined': readFileSync(join(dist, 'wasm-inline.js')),
    js: bundle('index.js', ['./wasm-inline.js']),
  };
  const found = {};
  for (const [name, bytes] of Object.entries(rows)) {
    found[name] = gzipSync(bytes, { level: 9 }).length;
    const limit = LIMITS[name] ? `, at most ${LIMITS[name]}` : '';
    console.log(`${name}: ${bytes.length} bytes, ${found[name]} gzip${limit}`);
  }
  const tooLarge = Object.entries(LIMITS).filter(([name, limit]) => found[name] > limit);
  if (tooLarge.length > 0) {
    console.error(`too large: ${tooLarge.map(([name]) => name).join(', ')}`);
    exit(1);
  }
}
