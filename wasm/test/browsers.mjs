// Runs the conformance suite, the faults and what concerns files in real browsers:
//
//   node test/browsers.mjs [chromium] [firefox] [webkit]
//
// Each is driven by what drives its stock build: Chromium by playwright-core, Firefox by WebDriver BiDi, WebKit by its own
// WebDriver under Xvfb. The pages report to the server that they come from.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DRIVERS } from './drivers.mjs';
import { bytes, serve } from './fault-server.mjs';
import { dataFile } from './faults.mjs';
import { testFiles } from './files.mjs';
import { json, vector } from './vectors.mjs';

const TYPES = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
const PACKAGE = new URL('..', import.meta.url);
/** What a page may take in all; a third of it is usual on two slow cores. */
const TIMEOUT = 300_000;

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(DRIVERS);
const cases = json('cases.json').count;
let failed = false;
for (const name of names) {
  if (!(await run(name))) failed = true;
}
// Whatever a browser that failed has left behind.
process.exit(failed ? 1 : 0);

/** Whether every case and every fault came out right in a browser. */
async function run(name) {
  const start = performance.now();
  const reports = [];
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const server = await serveEverything((message) => (message.done ? finish() : reports.push(show(name, message))));
  let browser, timer;
  try {
    browser = await DRIVERS[name]();
    const timeout = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${TIMEOUT / 1000} s`)), TIMEOUT);
    });
    const url = `${server.origin}/wasm/test/page.html?browser=${name}&elsewhere=${encodeURIComponent(server.elsewhere)}`;
    await browser.open(url);
    await Promise.race([finished, timeout]);
    // In a browser that has done nothing yet: its memory is measured.
    await browser.close();
    browser = await DRIVERS[name]();
    await browser.open(`${server.origin}/wasm/test/page.html`);
    const files = await Promise.race([testFiles(name, browser), timeout]);
    reports.push(show(name, files));
    // What was aborted or refused must not linger.
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (server.busy > 0) reports.push(show(name, { name: 'left over', ran: 0, failures: [`${server.busy} answers under way`] }));
  } catch (error) {
    reports.push(show(name, { name: 'driver', ran: 0, failures: [String(error.stack ?? error)] }));
  } finally {
    clearTimeout(timer);
    await browser?.close();
    await server.close();
  }
  const suites = reports.filter((report) => report.ran >= cases);
  if (suites.length < 8) console.log(`${name}: only ${suites.length} of 8 suites ran whole`);
  const wrong = reports.some((report) => report.failures.length > 0) || suites.length < 8;
  const total = reports.reduce((sum, report) => sum + report.ran, 0);
  console.log(`${name}: ${wrong ? 'FAILED' : 'ok'}, ${total} checks, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return !wrong;
}

function show(browser, report) {
  const { name, ran, failures, failed = failures.length, seconds = 0 } = report;
  console.log(`conformance, ${browser}, ${name}: ${ran} cases, ${seconds.toFixed(1)} s`);
  if (failed > 0) console.log(`  ${failed} of them fail:\n  ${failures.join('\n  ')}`);
  return report;
}

/** The built package, its tests, the vectors and the files with faults, on one origin. */
function serveEverything(onReport) {
  const data = bytes(dataFile());
  const files = new Map();
  return serve(
    (path) => {
      if (path === '/data.npy') return data;
      if (!files.has(path)) files.set(path, load(path));
      return files.get(path);
    },
    (request, response, path) => {
      if (path !== '/report') return false;
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        response.end();
        onReport(JSON.parse(text));
      });
      return true;
    },
  );
}

function load(path) {
  const [, area, name] = /^\/(wasm\/(?:dist|test)|vectors)\/((?:[\w-][\w.-]*\/)*[\w-][\w.-]*)$/.exec(path) ?? [];
  try {
    if (area === 'vectors') return bytes(vector(name));
    if (area) return bytes(readFileSync(fileURLToPath(new URL(`${area.slice(5)}/${name}`, PACKAGE))), TYPES[extname(name)]);
  } catch {
    // A file that is not there is the server's 404.
  }
  return undefined;
}
