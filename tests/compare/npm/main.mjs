// Compares npymap with what else reads .npy files in JavaScript, in Node.js and in Chromium, and tells the sizes:
//
//   node main.mjs DIRECTORY [--no-browsers]     (DIRECTORY has `node_modules`; the built package is in wasm/dist)
//
// `cargo xtask compare npm` does all that it takes.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { measure } from './jobs.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = join(root, 'wasm/dist');
const { DRIVERS } = await import(pathToFileURL(join(root, 'wasm/test/drivers.mjs')).href);
const { bytes, serve } = await import(pathToFileURL(join(root, 'wasm/test/fault-server.mjs')).href);
const [directory] = process.argv.slice(2);
const require = createRequire(join(directory, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

await sizes();
// Their modules, as a module beside them imports them.
const others = join(directory, 'others.mjs');
writeFileSync(others, "export { default as Npyjs } from 'npyjs';\nexport * as numpyts from 'numpy-ts';\nexport { parquetReadObjects } from 'hyparquet';\nexport { parquetWriteBuffer } from 'hyparquet-writer';\n");
const { Npyjs, numpyts, ...hyparquet } = await import(pathToFileURL(others).href);
const npymap = await import(pathToFileURL(join(dist, 'index.js')).href);
await requests(npymap);
show(`Node.js ${process.versions.node}`, await measure({ npymap, npyjs: new Npyjs(), numpyts, hyparquet }));
if (!process.argv.includes('--no-browsers')) await inChromium();
process.exit(0);

/** What a page loads, compressed as servers do it. */
async function sizes() {
  const { build } = await load('esbuild');
  const bundled = async (entry) => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: entry, resolveDir: root }, bundle: true, format: 'esm', splitting: true, minify: true, write: false, outdir: '/', metafile: true, logLevel: 'silent',
    });
    const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
    const first = new Set([...outputs].filter(([, { entryPoint }]) => entryPoint).map(([name]) => name));
    for (const name of first) {
      for (const { path, kind } of outputs.get(name).imports) if (kind === 'import-statement') first.add(basename(path));
    }
    const gzip = (files) => files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    const isFirst = ({ path }) => first.has(basename(path));
    return { first: gzip(outputFiles.filter(isFirst)), later: gzip(outputFiles.filter((file) => !isFirst(file))) };
  };
  const index = JSON.stringify(join(dist, 'index.js'));
  console.log('sizes, minified by esbuild and compressed by gzip:');
  for (const [what, entry] of [
    ['everything', `export * from ${index}`],
    ['open', `export { open } from ${index}`],
    ['slim, everything', `export * from ${JSON.stringify(join(dist, 'slim.js'))}`],
  ]) {
    const { first, later } = await bundled(entry);
    console.log(`  ${what.padEnd(18)} ${kib(first)} at once, ${kib(later)} on first need`);
  }
  console.log(`  npymap.wasm        ${kib(gzipSync(readFileSync(join(dist, 'npymap.wasm')), { level: 9 }).length)}`);
}

function kib(n) {
  return `${(n / 1024).toFixed(1)} KiB`;
}

/** What a selection of 4 GiB costs over HTTP. */
async function requests({ openNpy }) {
  const { generated } = await import(pathToFileURL(join(root, 'wasm/test/helpers.mjs')).href);
  const big = generated(1_048_576, 1024);
  const server = await serve(() => big);
  const array = await openNpy(`${server.origin}/big.npy`);
  const selection = array.slice('[1000:1010, ::2]');
  const { bytesFetched } = selection.plan();
  await selection.read();
  const sent = server.log.reduce((sum, entry) => sum + entry.sent, 0);
  console.log(`[1000:1010, ::2] of 4 GiB over HTTP: ${server.log.length} requests, ${sent} bytes: 65536 for the header, ${bytesFetched} by the plan`);
  await server.close();
}

async function inChromium() {
  const { build } = await load('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as npymap from ${JSON.stringify(join(dist, 'index.js'))};
        import * as others from ${JSON.stringify(others)};
        const { Npyjs, numpyts, ...hyparquet } = others;
        import { measure } from ${JSON.stringify(fileURLToPath(new URL('jobs.mjs', import.meta.url)))};
        measure({ npymap, npyjs: new Npyjs(), numpyts, hyparquet }).then((rows) => { globalThis.rows = rows; }, (error) => { globalThis.rows = String(error.stack); });
      `,
      resolveDir: directory,
    },
    bundle: true, format: 'esm', write: false, outdir: '/', logLevel: 'silent', external: ['node:*'],
  });
  const script = bytes(outputFiles[0].contents, 'text/javascript');
  const page = bytes(Buffer.from('<!doctype html><script type="module" src="/main.js"></script>'), 'text/html');
  const server = await serve((path) => (path === '/main.js' ? script : page));
  const browser = await DRIVERS.chromium();
  try {
    await browser.open(`${server.origin}/`);
    const rows = await (await browser.page.waitForFunction(() => globalThis.rows, undefined, { timeout: 600_000 })).jsonValue();
    if (typeof rows === 'string') throw new Error(rows);
    show('Chromium', rows);
  } finally {
    await browser.close();
    await server.close();
  }
}

function show(where, rows) {
  console.log(`\n${where}`);
  for (const { what, unit, times } of rows) {
    const ours = times.npymap;
    const others = Object.entries(times).filter(([name]) => name !== 'npymap')
      .map(([name, time]) => `${name} ${format(time)} (${(time / ours).toFixed(1)}×)`);
    console.log(`  ${what.padEnd(52)} ${format(ours).padStart(8)} ${unit}   ${others.join(', ')}`);
  }
}

function format(time) {
  return time < 10 ? time.toFixed(2) : time < 100 ? time.toFixed(1) : time.toFixed(0);
}
