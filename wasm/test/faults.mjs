// What becomes of every fault that a server can have: the right error, or the right numbers. Runs anywhere, against
// `fault-server.mjs`, which serves `/data.npy` (see `dataFile`) and `/vectors/stored.npz`.

const [ROWS, COLUMNS] = [1000, 256];

/** The file that is read: the element with the flat index i is i. */
export function dataFile() {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${ROWS}, ${COLUMNS}), }`;
  const header = `${text.padEnd(117)}\n`;
  const file = new Uint8Array(128 + ROWS * COLUMNS * 4);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  file.set(new TextEncoder().encode(header), 10);
  new Float32Array(file.buffer, 128).forEach((_, i, data) => {
    data[i] = i;
  });
  return file;
}

const OK = 'ok';
const [HTTP, MISMATCH, UNSUPPORTED, CHANGED] = ['ERR_HTTP', 'ERR_RANGE_MISMATCH', 'ERR_RANGE_UNSUPPORTED', 'ERR_CHANGED'];

/** `[query, what may come of it, options of open]`. */
const SAME_ORIGIN = [
  ['', [OK]],
  ['chunked', [OK]],
  ['no-head', [OK]],
  ['no-validators', [OK]],
  ['weak-etag', [OK]],
  ['delay=30', [OK]],
  ['redirect=/data.npy', [OK]],
  // Two answers that are not what was asked for, one after the other.
  ['ignore-range', [UNSUPPORTED], { withoutRange: 'error' }],
  ['ignore-range', [OK], { withoutRange: 'download' }],
  ['ignore-range', [UNSUPPORTED, 'ERR_TOO_LARGE'], { withoutRange: 'download', maxDownloadBytes: 1000 }],
  ['ignore-range&chunked', [UNSUPPORTED, 'ERR_TOO_LARGE'], { withoutRange: 'download', maxDownloadBytes: 70_000 }],
  ['ignore-range&short=8', ['ERR_TRUNCATED', MISMATCH, HTTP], { withoutRange: 'download' }],
  ['ignore-range&after=1', [UNSUPPORTED], { withoutRange: 'error' }],
  ['ignore-range&after=1', [OK], { withoutRange: 'download' }],
  ['short=10', [MISMATCH]],
  ['short=10&after=1', [MISMATCH]],
  ['short=1000000&after=1', [MISMATCH]],
  ['long=10', [MISMATCH]],
  ['long=10&after=1', [MISMATCH]],
  ['part=100', [OK, MISMATCH]],
  ['part=100&after=1', [OK, MISMATCH]],
  ['shift=4', [MISMATCH]],
  ['shift=4&after=1', [MISMATCH]],
  ['content-range=bytes 0-9/10&after=1', [MISMATCH, CHANGED]],
  ['content-range=lines 1-2/3&after=1', [MISMATCH]],
  ['content-range=bytes */5&after=1', [MISMATCH, CHANGED]],
  ['no-content-range', [OK, MISMATCH]],
  ['no-content-range&after=1', [OK, MISMATCH]],
  // Another size than before: who knows whether it was told wrong or has changed.
  ['total=99&after=1', [CHANGED, MISMATCH]],
  ['total=99999999&after=1', [CHANGED, MISMATCH]],
  ['total=500', ['ERR_TRUNCATED', MISMATCH]],
  // Engines differ: a network error, or bytes that are too few.
  ['gzip', [MISMATCH, HTTP]],
  ['gzip&after=1', [MISMATCH, HTTP]],
  ['gzip-part', [OK, MISMATCH, HTTP]],
  ['gzip-part&after=1', [OK, MISMATCH, HTTP]],
  ['multipart', [MISMATCH]],
  ['multipart&after=1', [MISMATCH]],
  ['changed=etag&after=1', [CHANGED]],
  ['changed=modified&after=1&no-etag', [CHANGED]],
  ['changed=size&after=1', [CHANGED, MISMATCH]],
  ['reset=before&times=1', [OK]],
  ['reset=before&after=1&times=1', [OK]],
  ['reset=100&times=1', [OK]],
  ['reset=100&after=1&times=1', [OK]],
  ['reset=before', [HTTP]],
  ['reset=100', [HTTP]],
  ['reset=100&after=1', [HTTP]],
  ['status=404', [HTTP]],
  ['status=403', [HTTP]],
  ['status=403&after=1', [HTTP]],
  ['status=405', [HTTP]],
  ['status=500', [HTTP]],
  ['status=416', [HTTP, MISMATCH, 'ERR_TRUNCATED']],
  ['status=416&after=1', [HTTP, MISMATCH, CHANGED]],
  ['status=204', [HTTP, MISMATCH]],
  ['status=429&retry-after=0&times=2', [OK]],
  ['status=503&retry-after=0&times=2', [OK]],
  ['status=503&retry-after=0&times=2&after=1', [OK]],
  ['status=503&times=1', [OK]],
  ['status=503&retry-after=0', [HTTP]],
  ['status=429&retry-after=86400', [HTTP]],
  // A page instead of the file.
  ['html', ['ERR_MAGIC', UNSUPPORTED]],
  ['html', ['ERR_MAGIC'], { withoutRange: 'download' }],
  // The whole of it is no more than was asked for.
  ['html', ['ERR_MAGIC', UNSUPPORTED], { withoutRange: 'error' }],
];

/** What is hidden from a page of another origin must not be missed. In Node.js nothing is hidden. */
const ELSEWHERE = [
  ['cors=plain', [OK]],
  ['cors=exposed', [OK]],
  ['cors=plain&chunked', [OK]],
  // With Content-Range hidden, this is how a file looks that ends there.
  ['cors=plain&short=10', [MISMATCH, 'ERR_TRUNCATED']],
  ['cors=plain&short=10&after=1', [MISMATCH, 'ERR_TRUNCATED']],
  ['cors=plain&long=10&after=1', [MISMATCH]],
  ['cors=plain&ignore-range&after=1', [UNSUPPORTED], { withoutRange: 'error' }],
  ['cors=plain&gzip&after=1', [MISMATCH, HTTP, 'ERR_TRUNCATED']],
  ['cors=plain&multipart&after=1', [MISMATCH]],
  ['cors=plain&status=404', [HTTP]],
  ['cors=exposed&shift=4&after=1', [MISMATCH]],
  ['cors=exposed&changed=etag&after=1', [CHANGED]],
  ['cors=exposed&total=99&after=1', [CHANGED, MISMATCH]],
];

/** Archives are read from their end: the size must be known. */
const ARCHIVES = [
  ['', [OK]],
  ['no-content-range', [OK]],
  ['no-head', [OK]],
  ['no-content-range&no-head', [HTTP, MISMATCH]],
  ['total=600', [MISMATCH, CHANGED, 'ERR_ZIP']],
  ['total=313000', [MISMATCH, CHANGED, 'ERR_ZIP']],
  ['short=10&after=1', [MISMATCH]],
  ['long=10&after=1', [MISMATCH]],
  ['gzip&after=1', [MISMATCH, HTTP]],
  ['changed=etag&after=1', [CHANGED]],
  ['changed=etag&after=2', [CHANGED]],
  ['status=403&after=1', [HTTP]],
  ['status=503&retry-after=0&times=2&after=1', [OK]],
  ['reset=100&times=1&after=1', [OK]],
  ['ignore-range', [UNSUPPORTED], { withoutRange: 'error' }],
  ['ignore-range', [OK], { withoutRange: 'download' }],
  ['html', ['ERR_ZIP', 'ERR_MAGIC', UNSUPPORTED]],
];

const ARCHIVES_ELSEWHERE = [
  ['cors=plain', [OK]],
  ['cors=exposed', [OK]],
  ['cors=plain&no-head', [OK, HTTP]],
  ['cors=plain&short=10&after=2', [MISMATCH, 'ERR_TRUNCATED', 'ERR_ZIP']],
];

/** Where the browser forbids to look at all. */
const FORBIDDEN = [['', [HTTP]]];

/**
 * Opens and reads with every fault, at most `concurrency` at a time, and returns `{ ran, failures }`. `inBrowser` adds
 * what a page may not see.
 */
export async function runFaults({ npymap, origin, elsewhere, inBrowser, concurrency = 8 }) {
  const [array, archive] = ['data.npy', 'vectors/stored.npz'];
  const jobs = [
    ...SAME_ORIGIN.map((row) => [origin, array, ...row]),
    ...ELSEWHERE.map((row) => [elsewhere, array, ...row]),
    ...(inBrowser ? FORBIDDEN.map((row) => [elsewhere, array, ...row]) : []),
    ...ARCHIVES.map((row) => [origin, archive, ...row]),
    ...ARCHIVES_ELSEWHERE.map((row) => [elsewhere, archive, ...row]),
  ];
  const failures = [];
  let ran = 0;
  // URLs of their own, as the server counts requests by URL.
  const queue = jobs.map(([host, path, query, allowed, options], i) => {
    const name = `${host === origin ? '' : 'elsewhere '}${path}?${query} ${options ? JSON.stringify(options) : ''}`;
    return { name, url: `${host}/${path}?${query}&id=${i}`, run: path === array ? readArray : readArchive, allowed, options };
  });
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const outcome = await tryOne(npymap, job);
      ran += 1;
      if (!job.allowed.includes(outcome.code)) {
        failures.push(`${job.name}: ${outcome.code} ${outcome.message ?? ''}, expected ${job.allowed.join(' or ')}`);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (ran < jobs.length) failures.push(`${ran} of ${jobs.length} ran`);
  return { ran, failures };
}

async function tryOne(npymap, { run, url, options }) {
  try {
    return await run(npymap, url, options);
  } catch (error) {
    const { code, message } = error;
    if (!(error instanceof npymap.NpyError)) return { code: 'no NpyError', message: `${error.stack ?? error}` };
    if (message.includes('\n')) return { code: 'more than one line', message };
    if (message.length > 400) return { code: 'a long message', message };
    return { code, message };
  }
}

async function readArray({ openNpy }, url, options) {
  const array = await openNpy(url, options);
  // The first answer has neither of them.
  const { data, shape } = await array.slice('[900:910, ::2]').read();
  if (String(shape) !== '10,128') return { code: 'wrong shape', message: String(shape) };
  for (let i = 0; i < data.length; i += 1) {
    const expected = (900 + Math.floor(i / 128)) * COLUMNS + 2 * (i % 128);
    if (data[i] !== expected) return { code: 'wrong numbers', message: `${data[i]} at ${i}, expected ${expected}` };
  }
  const last = await array.at(-1, -1);
  return last === ROWS * COLUMNS - 1 ? { code: OK } : { code: 'wrong numbers', message: String(last) };
}

async function readArchive({ openNpy, openNpz }, url, options) {
  const archive = await openNpz(url, options);
  const [found, expected] = await Promise.all([
    archive.open('struct_1100').then((array) => array.read({ bytes: true })),
    openNpy(new URL('/vectors/npy/struct_1100.npy?cors=plain', url)).then((array) => array.read({ bytes: true })),
  ]);
  return String(found.data) === String(expected.data) ? { code: OK } : { code: 'wrong bytes' };
}
