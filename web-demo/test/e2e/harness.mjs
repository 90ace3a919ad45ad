// What the walks through the inspector have in common: `npymap serve`, a static host, and what may not happen on a page.
//
// NPYMAP_COMMAND is the command, built with the page; NPYMAP_PYTHON a Python with NumPy; E2E_DIR has `files`, made by make_files.py.
// `cargo xtask walk` sees to all of them.
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const DIR = resolve(needed('E2E_DIR'));
export const FILES = join(DIR, 'files');
export const SHOTS = join(DIR, 'screenshots');
mkdirSync(SHOTS, { recursive: true });

/** How long anything may take. Machines may be busy with other things. */
export const PATIENCE = 30_000;

/** What NumPy says of the files that make_files.py has made, once for all tests. */
export function readSaid() {
  return JSON.parse(readFileSync(join(FILES, 'said.json'), 'utf8'));
}

/** Whether the table shows an array of a shape as one column. */
export function isColumn(shape) {
  return shape.endsWith(',)') || shape.endsWith(', 1)');
}

/** What a Python program prints. */
export function python(args) {
  return execFileSync(needed('NPYMAP_PYTHON'), args, { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } }).trim();
}

/** Serves a directory with `npymap serve`: `{ url, close }`. */
export async function serve(dir, ...args) {
  const child = spawn(needed('NPYMAP_COMMAND'), ['serve', dir, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise((done, fail) => {
    child.once('exit', (code) => fail(new Error(`npymap serve ended with ${code}`)));
    createInterface({ input: child.stdout }).once('line', done);
  });
  const close = () =>
    new Promise((done) => {
      child.removeAllListeners('exit').once('exit', done);
      child.kill('SIGINT');
    });
  return { url, close };
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };

/** A static host that has the page below `/some/where/` and the files below `/files/`: `{ url, asked, close }`. */
export async function host() {
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const [, area, name] = /^\/(some\/where|files)\/([^/]*(?:\/[^/]+)*)$/.exec(path) ?? [];
    const file = area && join(area === 'files' ? FILES : DIST, name || 'index.html');
    if (!file || name.includes('..') || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const { size, mtimeMs } = statSync(file);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = from === undefined ? [0, size] : [Number(from), Math.min(Number(to) + 1, size)];
    if (area === 'files') asked.push({ name, start, end });
    const headers = { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Length': end - start, 'Accept-Ranges': 'bytes', ETag: `"${size}-${mtimeMs}"` };
    if (start >= end) {
      response.writeHead(from === undefined ? 200 : 416).end();
      return;
    }
    response.writeHead(from === undefined ? 200 : 206, from === undefined ? headers : { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${size}` });
    createReadStream(file, { start, end: end - 1 }).pipe(response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { origin, url: `${origin}/some/where/`, asked, close };
}

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask walk\``);
  return value;
}
