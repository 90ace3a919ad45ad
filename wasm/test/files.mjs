// What only a browser can show: files that a user picks, larger than memory, and changed meanwhile.
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generated, npyFile } from './helpers.mjs';

const MIB = 2 ** 20;

/** What the JavaScript of a page may hold while it reads a file of any size. */
const MOST = 100 * MIB;
/** And what the process may take, which gives back late what it has been given. */
const MOST_RESIDENT = 150 * MIB;

/** Runs the tests in a browser whose page has `npymap` and an <input type="file">. */
export async function testFiles(name, browser) {
  const start = performance.now();
  const directory = mkdtempSync(join(tmpdir(), 'npymap-'));
  const failures = [];
  let ran = 0;
  try {
    for (const [what, test] of Object.entries({ large, truncated, ...MORE[name] })) {
      ran += 1;
      const found = await test(browser, directory).catch((error) => String(error.stack ?? error));
      if (found !== 'ok') failures.push(`${what}: ${found}`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return { name: 'files', ran, failures, seconds: (performance.now() - start) / 1000 };
}

/** What not all browsers can show. Firefox gives the new bytes of a file that was overwritten, and no way to know. */
const MORE = { chromium: { overwritten, memory }, firefox: {}, webkit: { overwritten } };

/** A sparse file of 5 GiB, with a row of numbers in its last gigabyte. */
async function large(browser, directory) {
  const path = join(directory, 'large.npy');
  const row = sparse(path, 1_310_720, 1_300_000);
  await browser.pick(path);
  const found = await browser.evaluate(async () => {
    const array = await globalThis.npymap.openNpy(document.querySelector('input').files[0]);
    const { data } = await array.slice('[1300000, ::256]').read();
    return [array.shape.join(), [...data].join(), await array.slice('[-1, :3]').text()].join('; ');
  });
  const expected = `1310720,1024; ${[0, 256, 512, 768].map((i) => row[i]).join()}; [0. 0. 0.]`;
  return found === expected ? 'ok' : `${found}, expected ${expected}`;
}

/** All zeros but one row, which is returned. */
function sparse(path, rows, row) {
  const file = generated(rows, 1024);
  const fd = openSync(path, 'w');
  const at = file.header + row * 4096;
  const data = file.read(at, at + 4096);
  writeSync(fd, file.read(0, file.header));
  writeSync(fd, data, 0, data.length, at);
  ftruncateSync(fd, file.size);
  closeSync(fd);
  return new Float32Array(data.buffer, data.byteOffset, 1024);
}

function truncated(browser, directory) {
  return changed(browser, join(directory, 'truncated.npy'), (path) => truncateSync(path, 1000));
}

function overwritten(browser, directory) {
  const other = npyFile("'<f4'", [100_000], new Float32Array(100_000).fill(1));
  return changed(browser, join(directory, 'overwritten.npy'), (path) => writeFileSync(path, other));
}

async function changed(browser, path, change) {
  writeFileSync(path, npyFile("'<f4'", [100_000], new Float32Array(100_000)));
  await browser.pick(path);
  await browser.evaluate(async () => {
    globalThis.picked = await globalThis.npymap.openNpy(document.querySelector('input').files[0]);
  });
  // WebKit looks at the second of the last change.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  change(path);
  const code = await browser.evaluate(() => globalThis.picked.slice('60000:').read().then(() => 'no error', (error) => error.code ?? String(error)));
  return code === 'ERR_CHANGED' ? 'ok' : `${code}, expected ERR_CHANGED`;
}

/** What the tab takes while it counts 6 GiB. */
async function memory(browser, directory) {
  const path = join(directory, 'memory.npy');
  const row = sparse(path, 1_572_864, 1_000_000);
  await browser.pick(path);
  const session = await browser.page.context().browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const before = resident(renderers);
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, resident(renderers));
  }, 20);
  const start = performance.now();
  const counting = browser.evaluate(async () => {
    // With its array buffers; the browser was started so that it is exact.
    let heap = 0;
    const onProgress = () => {
      heap = Math.max(heap, performance.memory.usedJSHeapSize);
    };
    const array = await globalThis.npymap.openNpy(document.querySelector('input').files[0]);
    return { ...(await array.stats({ onProgress })), heap };
  });
  const { count, max, heap } = await counting.finally(() => clearInterval(timer));
  const seconds = (performance.now() - start) / 1000;
  const [used, grown] = [heap, most - before].map((bytes) => Math.round(bytes / MIB));
  console.log(`memory, chromium: stats() of 6 GiB took ${used} MiB of JavaScript, ${grown} MiB more of the process, and ${seconds.toFixed(1)} s`);
  if (count !== 1_572_864 * 1024 || max !== Math.max(...row)) return `count ${count}, max ${max}`;
  return heap <= MOST && most - before <= MOST_RESIDENT ? 'ok' : `${used} MiB of JavaScript, ${grown} MiB more of the process`;
}

/** The memory of processes that is no mapped file, in bytes. */
function resident(pids) {
  let sum = 0;
  for (const pid of pids) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      for (const name of ['RssAnon', 'RssShmem']) sum += 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
    } catch {
      // Chromium ends those that it does not need.
    }
  }
  return sum;
}
