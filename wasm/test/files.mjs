// What only a browser can show: files that a user picks, larger than memory, and changed meanwhile.
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generated, npyFile } from './helpers.mjs';

const MIB = 2 ** 20;

/** What a tab may take while it reads a file of any size, over what it took before. */
const MOST = 150 * MIB;

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
  const renderer = await rendererOf(browser.page);
  const before = taken(renderer);
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, taken(renderer));
  }, 20);
  const start = performance.now();
  const { count, max } = await browser.evaluate(async () => {
    const array = await globalThis.npymap.openNpy(document.querySelector('input').files[0]);
    return array.stats();
  });
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  console.log(`memory, chromium: stats() of 6 GiB took ${((most - before) / MIB).toFixed(0)} MiB over ${(before / MIB).toFixed(0)} MiB before, and ${seconds.toFixed(1)} s`);
  if (count !== 1_572_864 * 1024 || max !== Math.max(...row)) return `count ${count}, max ${max}`;
  return most - before <= MOST ? 'ok' : `${((most - before) / MIB).toFixed(0)} MiB, at most ${MOST / MIB} are allowed`;
}

/** The number of the process that runs a page. */
async function rendererOf(page) {
  // The one that works while the page does.
  const session = await page.context().browser().newBrowserCDPSession();
  const times = async () => new Map((await session.send('SystemInfo.getProcessInfo')).processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
  const before = await times();
  await page.evaluate(() => {
    const end = performance.now() + 300;
    while (performance.now() < end);
  });
  const after = await times();
  const busiest = [...after].sort(([a, timeA], [b, timeB]) => timeB - (before.get(b) ?? 0) - (timeA - (before.get(a) ?? 0)))[0];
  return busiest[0];
}

/** The memory of a process that is no mapped file, in bytes. */
function taken(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return ['RssAnon', 'RssShmem'].reduce((sum, name) => sum + 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]), 0);
}
