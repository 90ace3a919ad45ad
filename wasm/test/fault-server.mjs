// A file server that can misbehave in every way servers are known to. Faults are chosen by the
// query of the URL, so that pages choose them, too:
//
//   /big.npy?short=10            every answer lacks its last 10 bytes
//   /big.npy?status=503&times=2  two such answers, then none
//   /big.npy?ignore-range&after=1  the first answer is fine
//
// `times` and `after` count the requests of one URL, query included; `id=…` makes URLs of the same
// faults differ. `FAULTS` lists what there is.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

/**
 * What a server can do wrong. Each gets the answer that would be right, `{ status, headers, body,
 * file, range }`, and the value in the query, and changes the answer or returns another.
 */
export const FAULTS = {
  'ignore-range': (answer) => whole(answer),
  /** Bytes are missing at the end, and the headers agree on what was sent but for Content-Range. */
  short: (answer, n) => {
    const body = bodyOf(answer);
    return sized(answer, body.subarray(0, Math.max(0, body.length - Number(n))));
  },
  /** There are more bytes than were asked for. */
  long: (answer, n) => sized(answer, Buffer.concat([bodyOf(answer), Buffer.alloc(Number(n), 0xee)])),
  /** The first n bytes of the range, as a server may answer by RFC 9110; it says so. */
  part: (answer, n) => {
    const { file, range } = answer;
    if (!range) return answer;
    const body = answer.body.subarray(0, Number(n));
    const end = range.start + body.length;
    return contentRange(sized(answer, body), `bytes ${range.start}-${end - 1}/${file.size}`);
  },
  /** Content-Range says, and the bytes are, n further on. */
  shift: (answer, n) => {
    const { file, range } = answer;
    if (!range) return answer;
    const shifted = { start: range.start + Number(n), end: Math.min(range.end + Number(n), file.size) };
    return contentRange(
      sized(answer, file.read(shifted.start, shifted.end)),
      `bytes ${shifted.start}-${shifted.end - 1}/${file.size}`,
    );
  },
  'content-range': (answer, text) => contentRange(answer, text),
  'no-content-range': (answer) => without(answer, 'Content-Range'),
  /** Another total size than there is. */
  total: (answer, size) => {
    const { start, end } = answer.range ?? { start: 0, end: answer.file.size };
    return contentRange(answer, `bytes ${start}-${end - 1}/${size}`);
  },
  /** The range of the compressed file, as servers answer that compress before they cut. */
  gzip: (answer) => {
    const packed = gzipSync(answer.file.read(0, answer.file.size));
    const { start, end } = answer.range ?? { start: 0, end: packed.length };
    const encoded = { ...answer.headers, 'Content-Encoding': 'gzip' };
    return sized({ ...answer, headers: encoded }, packed.subarray(start, Math.min(end, packed.length)));
  },
  /** The range itself, compressed: what it decodes to is right. */
  'gzip-part': (answer) =>
    sized({ ...answer, headers: { ...answer.headers, 'Content-Encoding': 'gzip' } }, gzipSync(bodyOf(answer))),
  multipart: (answer) => {
    const { start, end } = answer.range ?? { start: 0, end: answer.file.size };
    const head = `--edge\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end - 1}/${answer.file.size}\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bodyOf(answer), Buffer.from('\r\n--edge--\r\n')]);
    const headers = { ...answer.headers, 'Content-Type': 'multipart/byteranges; boundary=edge' };
    return without(sized({ ...answer, headers }, body), 'Content-Range');
  },
  /** Another file under the same name: `etag`, `modified` or `size` tell, or `silent`. */
  changed: (answer, how) => {
    const { range, file } = answer;
    const headers = { ...answer.headers };
    if (how === 'etag') headers.ETag = '"another"';
    if (how === 'modified') headers['Last-Modified'] = 'Thu, 02 Jan 2025 00:00:00 GMT';
    const body = bodyOf(answer).map((byte) => byte ^ 0xff);
    const next = sized({ ...answer, headers }, body);
    return how === 'size' && range
      ? contentRange(next, `bytes ${range.start}-${range.end - 1}/${file.size + 1}`)
      : next;
  },
  /** No bytes come any more: `before` the headers, or after the first `n` bytes of the body. */
  stall: (answer, when) => ({ ...answer, stall: when === 'before' ? 'before' : Number(when) }),
  /** The connection breaks: `before` the headers, or after the first `n` bytes of the body. */
  reset: (answer, when) => ({ ...answer, reset: when === 'before' ? 'before' : Number(when) }),
  status: (answer, status) => {
    const body = Buffer.from(`<!doctype html><title>${status}</title>`);
    const headers = { ...answer.headers, 'Content-Type': 'text/html' };
    const next = without(sized({ ...answer, headers, status: Number(status) }, body), 'Content-Range');
    return status === '416' ? contentRange(next, `bytes */${answer.file.size}`) : next;
  },
  'retry-after': (answer, seconds) => ({ ...answer, headers: { ...answer.headers, 'Retry-After': seconds } }),
  /** A page of HTML, as hosts answer with status 200 where there is nothing. */
  html: (answer) => {
    const headers = { ...answer.headers, 'Content-Type': 'text/html' };
    const page = Buffer.from('<!doctype html><title>Not found</title>');
    return without(sized({ ...answer, status: 200, headers }, page), 'Content-Range');
  },
  chunked: (answer) => without(answer, 'Content-Length'),
  'no-head': (answer) => (answer.method === 'HEAD' ? FAULTS.status(answer, '405') : answer),
  'no-validators': (answer) => without(without(answer, 'ETag'), 'Last-Modified'),
  'no-etag': (answer) => without(answer, 'ETag'),
  'weak-etag': (answer) => ({ ...answer, headers: { ...answer.headers, ETag: 'W/"1"' } }),
  delay: (answer, ms) => ({ ...answer, delay: Number(ms) }),
  redirect: (answer, to) => ({ ...answer, status: 302, headers: { Location: to, ...answer.cors }, body: Buffer.alloc(0) }),
  /** Another origin may read the answer: `plain`, or `exposed` with the headers that matter. */
  cors: (answer, how) => {
    const cors = { 'Access-Control-Allow-Origin': '*' };
    if (how === 'exposed') {
      cors['Access-Control-Expose-Headers'] = 'Content-Range, ETag, Last-Modified, Content-Encoding, Accept-Ranges';
    }
    return { ...answer, cors, headers: { ...answer.headers, ...cors } };
  },
};

/** What `times` and `after` do not limit. */
const ALWAYS = ['cors', 'chunked', 'no-etag', 'no-validators'];

/**
 * Serves files on two origins, two ports of this machine.
 *
 * `find(path)` gives a file, `{ size, read(start, end), type? }`, or nothing; what `handle(request, response, path)`
 * says it answers itself is left to it. What is returned has
 * `origin`, `elsewhere` (the other one), `log`, the requests since `clear()`, which also counts
 * anew, each `{ method, url, range, status, sent, done }`, and `busy`, the number of answers under way.
 */
export async function serve(find, handle = () => false) {
  const log = [];
  const seen = new Map();
  const underWay = new Set();
  const handler = (request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    if (handle(request, response, url.pathname)) return;
    const count = seen.get(request.url) ?? 0;
    seen.set(request.url, count + 1);
    const entry = { method: request.method, url: request.url, range: request.headers.range, headers: request.headers, status: 0, sent: 0, done: false };
    log.push(entry);
    underWay.add(response);
    // `close` comes whether or not everything could be sent.
    response.on('close', () => {
      underWay.delete(response);
      entry.done = response.writableFinished;
    });
    const file = find(decodeURIComponent(url.pathname));
    let answer = file ? right(request, file) : nothing(request);
    const faulty = count >= Number(url.searchParams.get('after') ?? 0)
      && count < Number(url.searchParams.get('after') ?? 0) + Number(url.searchParams.get('times') ?? Infinity);
    if (file) {
      for (const [name, value] of url.searchParams) {
        if (FAULTS[name] && (faulty || ALWAYS.includes(name))) answer = FAULTS[name](answer, value);
      }
    }
    send(request, response, answer, entry);
  };
  const servers = [createServer(handler), createServer(handler)];
  const origins = [];
  for (const server of servers) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origins.push(`http://127.0.0.1:${server.address().port}`);
  }
  return {
    origin: origins[0],
    elsewhere: origins[1],
    log,
    get busy() {
      return underWay.size;
    },
    clear() {
      log.length = 0;
      seen.clear();
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** Bytes in memory as a file. */
export function bytes(data, type) {
  const buffer = Buffer.from(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  return { size: buffer.length, read: (start, end) => buffer.subarray(start, end), type };
}

/** The answer of a good server. */
function right(request, file) {
  const { method } = request;
  const range = parseRange(request.headers.range, file.size);
  const headers = {
    'Accept-Ranges': 'bytes',
    'Content-Type': file.type ?? 'application/octet-stream',
    'ETag': '"1"',
    'Last-Modified': 'Wed, 01 Jan 2025 00:00:00 GMT',
    // No answer may come from a cache of the browser, or it is not this server that is tested.
    'Cache-Control': 'no-store',
  };
  const answer = { method, file, headers, range, status: 200 };
  if (method !== 'GET' && method !== 'HEAD') return FAULTS.status({ ...answer, body: Buffer.alloc(0) }, '405');
  if (range === 'unsatisfiable') {
    return FAULTS.status({ ...answer, range: undefined, body: Buffer.alloc(0) }, '416');
  }
  if (!range) return whole(answer);
  const { start, end } = range;
  const part = sized({ ...answer, status: 206 }, method === 'HEAD' ? Buffer.alloc(0) : file.read(start, end));
  return contentRange(part, `bytes ${start}-${end - 1}/${file.size}`);
}

function nothing(request) {
  const file = { size: 0, read: () => Buffer.alloc(0) };
  return FAULTS.status({ method: request.method, file, headers: {}, body: Buffer.alloc(0) }, '404');
}

function parseRange(text, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  if (first === '') return Number(last) === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  return start < end ? { start, end } : 'unsatisfiable';
}

/** The whole file, which is read as it is sent: it may be larger than memory. */
function whole(answer) {
  const next = without({ ...answer, status: 200, range: undefined, body: undefined, streamed: true }, 'Content-Range');
  return { ...next, headers: { ...next.headers, 'Content-Length': answer.file.size } };
}

function sized(answer, body) {
  const headers = { ...answer.headers, 'Content-Length': body.length };
  return { ...answer, body, streamed: false, headers };
}

function bodyOf(answer) {
  return answer.streamed ? answer.file.read(0, answer.file.size) : answer.body;
}

function contentRange(answer, text) {
  return { ...answer, headers: { ...answer.headers, 'Content-Range': text } };
}

function without(answer, name) {
  const { [name]: _, ...headers } = answer.headers;
  return { ...answer, headers };
}

async function send(request, response, answer, entry) {
  if (answer.delay) await new Promise((resolve) => setTimeout(resolve, answer.delay));
  if (answer.stall === 'before') return;
  if (answer.reset === 'before') return void request.socket.destroy();
  entry.status = answer.status;
  response.writeHead(answer.status, answer.headers);
  if (request.method === 'HEAD') return void response.end();
  const { size } = answer.streamed ? answer.file : { size: answer.body.length };
  const read = answer.streamed ? answer.file.read : (start, end) => answer.body.subarray(start, end);
  const limit = Math.min(size, answer.stall ?? Infinity, answer.reset ?? Infinity);
  for (let at = 0; at < limit && !response.destroyed; ) {
    const chunk = read(at, Math.min(at + 65536, limit));
    at += chunk.length;
    entry.sent += chunk.length;
    if (!response.write(chunk)) await drained(response);
  }
  if (answer.stall !== undefined) return;
  // What was written should arrive, so that the break comes after it.
  if (answer.reset !== undefined) return void setTimeout(() => request.socket.destroy(), 20);
  response.end();
}

function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
