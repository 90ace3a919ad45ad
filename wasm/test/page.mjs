// Runs in a browser: the whole table over every kind of input, and every fault. `browsers.mjs` opens the page, and
// gets what it reports.
import * as npymap from '../dist/index.js';
import { backends } from './backends.mjs';
import { runCases } from './conformance.mjs';
import { runFaults } from './faults.mjs';

globalThis.npymap = npymap;
const parameters = new URLSearchParams(location.search);
const elsewhere = parameters.get('elsewhere');

if (elsewhere) {
  try {
    await runAll();
  } catch (error) {
    await report({ name: 'page', ran: 0, failures: [String(error.stack ?? error)] });
  }
  await report({ done: true });
}

async function runAll() {
  const table = await (await fetch('/vectors/cases.json')).json();
  const url = (path) => new URL(`/vectors/${path}`, location.href).href;
  const fetchBytes = async (path) => (await fetch(url(path))).arrayBuffer();
  for (const [name, open] of await backends({ npymap, fetchBytes, url })) {
    await timed(name, () => runCases({ table, open, concurrency: 4 }));
  }
  await timed('faults', () => runFaults({ npymap, origin: location.origin, elsewhere, inBrowser: true, concurrency: 4 }));
}

async function timed(name, run) {
  const start = performance.now();
  const { ran, failures } = await run();
  await report({ name, ran, failures: failures.slice(0, 20), failed: failures.length, seconds: (performance.now() - start) / 1000 });
}

async function report(message) {
  await fetch(`/report?${parameters.get('browser')}`, { method: 'POST', body: JSON.stringify(message) });
}
