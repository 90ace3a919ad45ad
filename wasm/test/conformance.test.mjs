// Every case of the table, over every kind of input, in Node.js.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as npymap from 'npymap';
import { backends } from './backends.mjs';
import { runCases } from './conformance.mjs';
import { buffer, json, serveVectors } from './vectors.mjs';

const table = json('cases.json');
let server;

before(async () => {
  server = await serveVectors();
});
after(() => server.close());

test('every case, over every kind of input', async (t) => {
  const url = (path) => `${server.origin}/vectors/${path}`;
  for (const [name, open] of await backends({ npymap, fetchBytes: async (path) => buffer(path), url })) {
    await t.test(name, async () => {
      const start = performance.now();
      const { ran, failures } = await runCases({ table, open, concurrency: 4 });
      assert.deepEqual(failures.slice(0, 20), [], `${failures.length} of ${ran} cases fail`);
      assert.ok(ran >= table.count, `${ran} of ${table.count} cases ran`);
      console.log(`conformance, Node.js, ${name}: ${ran} cases, ${((performance.now() - start) / 1000).toFixed(1)} s`);
    });
  }
});
