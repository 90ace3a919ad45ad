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

test('there are examples', () => {
  assert.ok(examples().length >= 20, `${examples().length} examples`);
});
