// The examples in the documentation run, and print what they say that they print.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

const PACKAGE = new URL('..', import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8'));
const directory = mkdtempSync(join(tmpdir(), 'npymap-examples-'));
const home = process.cwd();
after(() => {
  process.chdir(home);
  rmSync(directory, { recursive: true });
});

/** Every example of the sources, and where it stands. */
function examples() {
  const sources = fileURLToPath(new URL('ts/', PACKAGE));
  return readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const text = readFileSync(join(sources, name), 'utf8');
      return [...text.matchAll(/^( *)\* ```js\n([^]*?)^ *\* ```$/gm)].map(([, , lines], i) => ({
        name: `${name}, example ${i + 1}`,
        code: lines.replaceAll(/^ *\* ?/gm, ''),
      }));
    });
}

/** The code with the names of the package replaced by where it is built. */
function resolved(code) {
  return code.replaceAll(/'npymap(\/[\w.]+)?'/g, (_, path = '') => {
    const entry = exports[`.${path}`];
    return `'${new URL(entry.default ?? entry, PACKAGE)}'`;
  });
}

/** What `console.log` printed, or a comment says that it prints, without the signs in which they differ. */
function normalised(text) {
  return text.replaceAll(/\(\d+\)|[\s,'"]/g, '');
}

for (const { name, code } of examples()) {
  test(name, async () => {
    process.chdir(directory);
    const file = join(directory, `${name.replaceAll(/\W/g, '-')}.mjs`);
    writeFileSync(file, resolved(code));
    const printed = [];
    const { log } = console;
    console.log = (...values) => printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
    try {
      await import(pathToFileURL(file));
    } finally {
      console.log = log;
    }
    for (const [, expected] of code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)) {
      const found = printed.find((text) => normalised(text) === normalised(expected));
      assert.ok(found !== undefined, `nothing printed ${expected}, but ${JSON.stringify(printed)}`);
    }
  });
}

test('the examples of the README that need no server run', async () => {
  process.chdir(directory);
  const { toNpy, toNpz } = await import(new URL(exports['.'].default, PACKAGE));
  const file = toNpy(Float32Array.from({ length: 12 }, (_, i) => i), { shape: [3, 4] });
  writeFileSync('sensor.npy', new Uint8Array(await file.arrayBuffer()));
  writeFileSync('run.npz', new Uint8Array(await (await toNpz({ weights: file })).arrayBuffer()));
  const readme = readFileSync(new URL('README.md', PACKAGE), 'utf8');
  const blocks = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code).filter((code) => !/https:|document/.test(code));
  assert.equal(blocks.length, 2);
  const results = ['array', 'archive', 'weights', 'file', 'x', 'points'];
  const found = {};
  for (const [i, code] of blocks.entries()) {
    const path = join(directory, `readme-${i}.mjs`);
    const names = results.filter((name) => code.includes(`const ${name} =`));
    writeFileSync(path, `${resolved(code)}\nexport { ${names.join(', ')} };`);
    const { log } = console;
    console.log = () => {};
    try {
      Object.assign(found, await import(pathToFileURL(path)));
    } finally {
      console.log = log;
    }
  }
  assert.deepEqual([...(await found.weights.read()).data], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.equal(found.points.size, 128 + 1000 * 16);
  found.array.close();
});

test('there are examples', () => {
  assert.ok(examples().length >= 20, `${examples().length} examples`);
});
