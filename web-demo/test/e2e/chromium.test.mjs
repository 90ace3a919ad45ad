// The whole walk, in Chromium: what people do with the inspector, and what files do to it.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as chromatic from 'd3-scale-chromatic';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { DIST, FILES, host, isColumn, readSaid, PATIENCE, python, serve } from './harness.mjs';

const said = readSaid();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let driver, browser, served, site;

before(async () => {
  driver = await DRIVERS.chromium();
  browser = driver.page.context().browser();
  [served, site] = await Promise.all([serve(FILES), host()]);
});

after(async () => {
  await driver?.close();
  await Promise.all([served?.close(), site?.close()]);
});

/** A test with a page of its own, on which nothing may go wrong unseen: no error, no violation of the policy, no other host. */
function walk(name, run, { allow = /(?!)/, ...options } = {}) {
  test(name, { timeout: 4 * PATIENCE }, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE);
    const problems = [];
    const note = (text) => allow.test(text) || problems.push(text);
    context.on('weberror', (error) => note(`error: ${error.error()}`));
    context.on('console', (message) => ['error', 'warning'].includes(message.type()) && note(`console: ${message.text()}`));
    context.on('request', (request) => {
      if (!/^(blob|data):|^http:\/\/127\.0\.0\.1:/.test(request.url())) note(`request: ${request.url()}`);
    });
    try {
      const page = await context.newPage();
      await run(page, context);
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  });
}

const id = (page, name) => page.getByTestId(name);
// What was selected before may still stand there, and then the view is busy.
const cell = (page, row, col = 0) => page.locator(`.view[aria-busy=false] .grid-cell[data-row="${row}"][data-col="${col}"]:not(.is-waiting)`);
const view = (page, name) => page.getByRole('tab', { name, exact: true }).click();
const at = (hash) => `${served.url}#${hash}`;

/** Labels have the texts of their options, too. */
const chooser = (page, name) => page.locator('label', { hasText: new RegExp(`^${name}`) }).locator('select');

/** Waits until an element has a text. */
async function has(locator, text) {
  await locator.filter({ hasText: text }).first().waitFor();
}

/** The texts of cells of a column, as they come. */
async function column(page, first, count, col = 0) {
  const found = [];
  for (let row = first; row < first + count; row += 1) found.push(await cell(page, row, col).textContent());
  return found;
}

async function pick(page, ...names) {
  await id(page, 'files').setInputFiles(names.map((name) => join(FILES, name)));
}

async function select(page, selection) {
  await page.locator('#slice').fill(selection);
  await page.locator('#slice').press('Enter');
}

for (const [name, facts] of Object.entries({
  'A picture': ['uint8', '(144, 192, 3)'],
  'A volume': ['uint16', '(24, 72, 72)'],
  'An embedding table': ['float16', '(512, 64)'],
  'A complex field': ['complex64', '(96, 96)'],
  'A structured table': ['structure', '(400,)'],
})) {
  walk(`opens ${name.toLowerCase()} of the samples, and shows it in every way`, async (page) => {
    await page.goto(site.url);
    await page.getByRole('button', { name }).click();
    await has(id(page, 'dtype'), facts[0]);
    await has(id(page, 'shape'), facts[1]);
    for (const tab of await page.locator('.views [role=tab]').all()) {
      await tab.click();
      await page.locator('.view:not(:has(.loading))').waitFor();
      assert.equal(await page.locator('.error, .failure').count(), 0);
    }
  });
}

walk('opens a file of 6 GiB that is picked, and finds what is in it', async (page) => {
  await page.goto(site.url);
  await pick(page, 'huge.npy');
  await has(id(page, 'shape'), '(1536, 1024, 1024)');
  await select(page, '17');
  await view(page, 'Table');
  for (let row = 0; row < 10; row += 1) {
    for (let col = 0; col < 4; col += 1) assert.equal(await cell(page, row, col).textContent(), said.huge.corner[row * 4 + col]);
  }
  await select(page, '1200');
  await page.locator('.goto input').fill('500, 700');
  await page.locator('.goto input').press('Enter');
  assert.equal(await cell(page, 500, 700).textContent(), said.huge.at);
  const read = await id(page, 'read').first().textContent();
  assert.match(read, /^[\d.]+ (KB|MB) of 6\.4 GB/);
});

walk('opens a file of 6 GiB that is dropped', async (page, context) => {
  await page.goto(site.url);
  const session = await context.newCDPSession(page);
  const data = { items: [], files: [join(FILES, 'huge.npy')], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  await has(id(page, 'shape'), '(1536, 1024, 1024)');
  await has(id(page, 'detail'), 'every');
});

walk('opens the arrays of a folder, a tab each, and closes them', async (page) => {
  await page.goto(site.url);
  await id(page, 'folder').setInputFiles(join(DIST, 'samples'));
  const tabs = page.locator('.tab');
  await has(tabs, 'volume.npy');
  assert.equal(await tabs.count(), 6);
  await tabs.filter({ hasText: 'volume.npy' }).locator('button').first().click();
  await has(id(page, 'shape'), '(24, 72, 72)');
  await page.getByRole('button', { name: 'Close volume.npy' }).click();
  assert.equal(await tabs.count(), 5);
});

walk('knows a remote file of 6 GiB by one request of 64 KiB', async (page) => {
  site.asked.length = 0;
  // Nothing is selected, so nothing but the header is read.
  await page.goto(`${site.url}#url=${site.origin}/files/huge.npy&sel=0:0`);
  await has(id(page, 'shape'), '(1536, 1024, 1024)');
  await page.getByText('There is nothing in this selection').waitFor();
  assert.deepEqual(site.asked, [{ name: 'huge.npy', start: 0, end: 65536 }]);
  await has(id(page, 'read'), '66 KB of 6.4 GB, 1 request');
  await select(page, '17, :40, :4');
  await view(page, 'Table');
  assert.equal(await cell(page, 1, 1).textContent(), said.huge.corner[5]);
  const bytes = site.asked.reduce((sum, { start, end }) => sum + end - start, 0);
  assert.ok(bytes < 3e6, `${bytes} bytes were read for 640 values`);
});

walk('opens addresses that are typed, and those after ?url=', async (page) => {
  await page.goto(site.url);
  await page.locator('#url').fill(`${site.origin}/files/a.npy`);
  await page.locator('#url').press('Enter');
  await has(id(page, 'shape'), '(60, 70)');
  await page.goto(`${site.url}?url=${encodeURIComponent(`${site.origin}/files/complex.npy`)}`);
  await has(id(page, 'dtype'), 'complex128');
  await page.goto(`${site.url}?url=${encodeURIComponent(`${site.origin}/files/nothing.npy`)}`);
  await has(page.getByRole('alert'), 'cannot be fetched');
}, { allow: /404/ });

walk('lists what is served, and opens it', async (page) => {
  await page.goto(served.url);
  const row = page.locator('.served li', { hasText: 'huge.npy' });
  await has(row, '(1536, 1024, 1024)');
  await has(row, '6.4 GB');
  await page.getByLabel('Filter files').fill('STRUC');
  assert.equal(await page.locator('.served li').count(), 1);
  await page.locator('.served li button').click();
  await has(id(page, 'dtype'), 'structure');
  assert.match(page.url(), /#served=structured\.npy/);
});

walk('shows files only to who has the token', async (page, context) => {
  const guarded = await serve(FILES, '--token');
  try {
    await page.goto(guarded.url);
    await has(page.locator('.served li'), 'huge.npy');
    assert.doesNotMatch(page.url(), /token/);
    await page.locator('.served li', { hasText: 'a.npy' }).first().locator('button').click();
    await id(page, 'shape').waitFor();
    await context.clearCookies();
    await page.goto('about:blank');
    await page.goto(guarded.url.replace(/#.*/, ''));
    await has(page.getByRole('alert'), '401');
  } finally {
    await guarded.close();
  }
}, { allow: /401/ });

walk('offers to read files again that have changed', async (page) => {
  const dir = join(FILES, '..', 'changing');
  mkdirSync(dir, { recursive: true });
  copyFileSync(join(FILES, 'changing.npy'), join(dir, 'changing.npy'));
  const own = await serve(dir);
  try {
    const ready = page.waitForResponse(/api\/events/);
    await page.goto(`${own.url}#served=changing.npy&view=table`);
    await ready;
    assert.equal(await cell(page, 2, 3).textContent(), '11');
    // The first look at the files must be over.
    await page.waitForTimeout(1500);
    python(['-c', 'import sys, numpy as np; np.save(sys.argv[1], np.arange(12).reshape(3, 4) * 100)', join(dir, 'changing.npy')]);
    await page.getByText('The file has changed.').waitFor();
    await page.locator('.banner button').click();
    await has(cell(page, 2, 3), '1100');
    assert.equal(await page.locator('.banner').count(), 0);
    // Before its server ends, of which the page would complain.
    await page.goto('about:blank');
  } finally {
    await own.close();
    rmSync(dir, { recursive: true });
  }
});

walk('scrolls to the last of 10⁹ rows and back', async (page) => {
  const { first, last, at: middle } = said.rows;
  await page.goto(at('served=rows.npy&view=table'));
  assert.deepEqual(await column(page, 0, 10), first.slice(0, 10));
  const grid = page.getByRole('grid');
  assert.equal(await grid.getAttribute('aria-rowcount'), '1000000001');
  await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  assert.deepEqual(await column(page, 10 ** 9 - 10, 10), last.slice(-10));
  assert.equal(await page.locator('.grid-row[aria-rowindex="1000000001"] .grid-rowhead').textContent(), '999999999');
  // A wheel moves by rows, however many there are.
  await page.mouse.move(700, 600);
  await page.mouse.wheel(0, -240);
  await cell(page, 10 ** 9 - 25).waitFor();
  assert.deepEqual(await column(page, 10 ** 9 - 25, 5), last.slice(15, 20));
  await page.locator('.goto input').fill('123456789');
  await page.locator('.goto input').press('Enter');
  assert.deepEqual(await column(page, 123_456_789, 10), middle.slice(9, 19));
  await has(id(page, 'selected'), '[123456789]');
  await page.locator('.goto input').fill('-3');
  await page.locator('.goto input').press('Enter');
  assert.equal(await cell(page, 10 ** 9 - 3).textContent(), last[37]);
  await grid.evaluate((element) => element.scrollTo(0, 0));
  assert.deepEqual(await column(page, 0, 10), first.slice(0, 10));
});

walk('selects as NumPy does, and says what NumPy says', async (page) => {
  await page.goto(at('served=a.npy'));
  await id(page, 'shape').waitFor();
  for (const [selection, message] of Object.entries(said.errors)) {
    await page.locator('#slice').fill(selection);
    await has(id(page, 'slice-result'), message);
    assert.equal(await page.locator('.slice button[type=submit]').isDisabled(), true);
  }
  for (const [selection, { shape, first }] of Object.entries(said.slices)) {
    await select(page, selection);
    await has(id(page, 'slice-result'), shape);
    await view(page, 'Table');
    const texts = [];
    const flat = isColumn(shape);
    for (let i = 0; i < 3; i += 1) {
      const shown = flat ? cell(page, i, 0) : cell(page, 0, i);
      await has(shown, first[i]);
      texts.push(await shown.textContent());
    }
    assert.deepEqual(texts, first, selection);
  }
  await page.locator('#slice').fill(':, [1, 2]');
  await page.locator('.slice-result .caret').waitFor();
});

for (const name of ['stored.npz', 'deflated.npz']) {
  walk(`opens the members of ${name}`, async (page) => {
    await page.goto(at(`served=${name}`));
    for (const [key, { dtype, shape, first }] of Object.entries(said.archive)) {
      const row = page.locator('.member-row', { hasText: key });
      await has(row, `${dtype} ${shape}`);
      await row.locator('.member').click();
      await has(id(page, 'shape'), shape);
      assert.equal(await cell(page, 0, 0).textContent(), first[0]);
    }
  });
}

walk('shows structures a field a column', async (page) => {
  await page.goto(at('served=structured.npy'));
  await cell(page, 0, 0).waitFor();
  const names = await page.locator('.grid-colhead').allTextContents();
  assert.deepEqual(names.slice(0, 4), ['name', 'when', 'pos.x', 'pos.y']);
  const { name, when, x, y } = said.structured;
  assert.deepEqual(await column(page, 0, 5, 0), name);
  assert.deepEqual(await column(page, 0, 5, 1), when);
  assert.deepEqual(await column(page, 0, 5, 2), x);
  assert.deepEqual(await column(page, 0, 5, 3), y);
  await page.getByLabel('Look at one field').selectOption('pos.x');
  await has(id(page, 'slice-result'), 'float32 (30,)');
});

walk('shows complex numbers by magnitude, phase and parts', async (page) => {
  await page.goto(at('served=complex.npy&view=table'));
  for (let row = 0; row < 3; row += 1) {
    for (let col = 0; col < 2; col += 1) assert.equal(await cell(page, row, col).textContent(), said.complex.first[row][col]);
  }
  await view(page, 'Heatmap');
  await has(id(page, 'detail'), 'every element');
  const seen = new Set();
  for (const part of ['magnitude', 'phase', 'real part', 'imaginary part']) {
    await chooser(page, 'Show').selectOption(part);
    await page.locator('.canvas-parent:not(.is-loading)').waitFor();
    await page.waitForTimeout(300);
    seen.add(await id(page, 'canvas').evaluate((canvas) => canvas.toDataURL()));
  }
  assert.equal(seen.size, 4);
});

/** The pixels in the middle of each cell of a picture. */
async function middles(page, rows, cols) {
  await has(id(page, 'detail'), 'every element');
  await page.locator('.canvas-parent:not(.is-loading)').waitFor();
  await page.waitForTimeout(500);
  return id(page, 'canvas').evaluate((canvas, [rows, cols]) => {
    const scale = Math.min(canvas.width / cols, canvas.height / rows);
    const [left, top] = [(canvas.width - cols * scale) / 2, (canvas.height - rows * scale) / 2];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: rows }, (_, row) =>
      Array.from({ length: cols }, (_, col) => {
        const at = 4 * (Math.floor(top + (row + 0.5) * scale) * canvas.width + Math.floor(left + (col + 0.5) * scale));
        return [...data.subarray(at, at + 4)];
      }),
    );
  }, [rows, cols]);
}

walk('paints the colours that NumPy finds', async (page) => {
  const { shape: [rows, cols], colours } = said.golden;
  await page.goto(at('served=golden.npy&view=heatmap&range=full&map=viridis'));
  const found = await middles(page, rows, cols);
  const bad = [206, 206, 210, 255];
  const table = Array.from({ length: 256 }, (_, i) => {
    const hex = chromatic.interpolateViridis(i / 255);
    const parts = hex.startsWith('#') ? [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)) : hex.match(/\d+/g).slice(0, 3).map(Number);
    return [...parts, 255];
  });
  assert.deepEqual(found, colours.map((row) => row.map((index) => (index < 0 ? bad : table[index]))));
}, { colorScheme: 'light' });

walk('shows pictures in their colours', async (page) => {
  await page.goto(at('served=image.npy'));
  const found = await middles(page, said.image.length, said.image[0].length);
  assert.deepEqual(found, said.image.map((row) => row.map((pixel) => [...pixel, 255])));
  await page.mouse.move(0, 0);
  const box = await id(page, 'canvas').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await has(id(page, 'readout'), `(${said.image[25][32].join(', ')})`);
});

walk('counts what NumPy counts', async (page) => {
  await page.goto(at('served=a.npy&view=stats'));
  const { min, max, argmin, argmax, mean, std, sum } = said.stats;
  await has(id(page, 'stats-state'), /All 4\s200 elements/);
  const figures = async (name) => page.locator('.figures dt', { hasText: name }).locator('xpath=following-sibling::dd[1]').textContent();
  assert.equal(await figures('least'), `${min}at ${argmin}`);
  assert.equal(await figures('greatest'), `${max}at ${argmax}`);
  for (const [name, value] of Object.entries({ mean, 'standard deviation': std, sum })) {
    assert.ok(Math.abs(Number(await figures(name)) - value) < 1e-12 * Math.max(1, Math.abs(value)), name);
  }
  await page.locator('.place').last().click();
  assert.equal(await page.locator('.grid-cell.is-focus:not(.is-waiting)').textContent(), max);
});

walk('finds the place of the maximum of 10⁹ elements of a file', async (page) => {
  await page.goto(site.url);
  await pick(page, 'rows.npy');
  await view(page, 'Statistics');
  await page.locator('.figures dd', { hasText: '240at [999999999]' }).waitFor({ timeout: 3 * PATIENCE });
});

walk('compares two arrays as NumPy does', async (page) => {
  const { different, first, greatest, greatestAt, far, firstFar, size } = said.pair;
  await page.goto(at('active=0&served=a.npy&view=compare&with=1&served=b.npy'));
  const verdict = id(page, 'verdict');
  await has(verdict, 'They differ.');
  const text = (await verdict.textContent()).replace(/\u202f/g, '');
  for (const part of [`${size - different} of ${size}`, first, `${greatest} ${greatestAt}`, `allcloseFalse`, `not close${far}, first at ${firstFar}`]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  await page.getByLabel('absolute').fill('3');
  await page.getByLabel('absolute').press('Tab');
  await has(verdict, 'All elements are close');
  const lit = await id(page, 'difference').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 0 && value > 60).length;
  });
  assert.ok(lit > 0, 'the picture of the difference shows where it is');
});

walk('saves a selection that NumPy reads back, and code that gives it', async (page) => {
  await page.goto(at('served=a.npy&sel=3:9:2,%20::-7'));
  await page.getByRole('button', { name: 'Take away' }).click();
  const save = async (button) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
    return download.path();
  };
  const npy = await save('Save as .npy');
  const csv = await save('Save as CSV');
  const code = await id(page, 'code').textContent();
  const program = `
import os, sys
os.chdir(sys.argv[1])
import numpy as np
wanted = np.load('a.npy')[3:9:2, ::-7]
saved = np.load(sys.argv[2])
scope = {}
exec(sys.argv[4], scope)
print(saved.dtype == wanted.dtype, np.array_equal(saved, wanted), np.array_equal(np.loadtxt(sys.argv[3], delimiter=',', ndmin=2), wanted), np.array_equal(scope['a'], wanted))`;
  assert.equal(python(['-c', program, FILES, npy, csv, code]), 'True True True True');
});

walk('copies cells', async (page, context) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(at('served=changing.npy&view=table'));
  await cell(page, 0, 0).click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+c');
  await has(page.locator('.notice'), 'Copied 4 values');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '0\t1\n4\t5');
});

walk('has all that is seen in its address, and goes back', async (page) => {
  await page.goto(at('served=a.npy'));
  await select(page, '::2, 3:');
  await has(id(page, 'slice-result'), '(30, 67)');
  await view(page, 'Heatmap');
  await chooser(page, 'Colours').selectOption('magma');
  await has(id(page, 'detail'), 'every element');
  const address = page.url();
  assert.match(address, /served=a\.npy&sel=::2,%203:&view=heatmap&map=magma/);
  const other = await page.context().newPage();
  await other.goto(address);
  await has(id(other, 'slice-result'), '(30, 67)');
  assert.equal(await chooser(other, 'Colours').inputValue(), 'magma');
  assert.equal(other.url(), address);
  await page.goBack();
  assert.notEqual(await chooser(page, 'Colours').inputValue(), 'magma');
  await page.goBack();
  await page.goBack();
  await has(id(page, 'slice-result'), '(60, 70)');
  assert.equal(await page.locator('#slice').inputValue(), ':, :');
});

walk('remembers how a file was looked at until it is there again', async (page) => {
  await page.goto(`${site.url}#file=a.npy&size=33728&sel=-1&view=table`);
  await page.getByText('Drop a.npy again').waitFor();
  await pick(page, 'a.npy');
  await has(id(page, 'slice-result'), '(70,)');
  assert.equal(await cell(page, 0).textContent(), said.slices['-1'].first[0]);
});

walk('does everything by keyboard', async (page) => {
  await page.goto(served.url);
  await page.locator('.served li').first().waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  for (let i = 0; i < 40 && !(await focused()).startsWith('a.npy'); i += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await has(id(page, 'shape'), '(60, 70)');
  await page.keyboard.press('1');
  await cell(page, 0, 0).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('-1');
  await page.keyboard.press('Enter');
  await has(id(page, 'slice-result'), '(70,)');
  for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement?.role)) !== 'gridcell'; i += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Control+End');
  await has(id(page, 'selected'), '[69]');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Control+Home');
  await has(id(page, 'selected'), '[0]');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), said.slices['-1'].first[0]);
  await page.keyboard.press('4');
  await has(id(page, 'stats-state'), 'All 70 elements');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

walk('plays the frames of a stack, and stops', async (page) => {
  await page.goto(at('served=huge.npy&sel=17&view=heatmap'));
  await has(id(page, 'detail'), 'every');
  const index = page.getByLabel('Index of axis 0, as a number');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForFunction(() => Number(document.querySelector('.dim-slider input[type=number]').value) >= 20);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('.view[aria-busy=false]').waitFor();
  const stopped = Number(/sel=(\d+)/.exec(page.url())[1]);
  assert.ok(stopped >= 20);
  await page.waitForFunction((wanted) => document.querySelector('.dim-slider input[type=number]').value === wanted, String(stopped));
  await page.waitForTimeout(500);
  assert.equal(Number(await index.inputValue()), stopped);
  assert.match(page.url(), new RegExp(`sel=${stopped},`));
});

walk('says of a picture that it is the one before, until the next is there', async (page) => {
  await page.goto(at('served=huge.npy&sel=17&view=heatmap'));
  await has(id(page, 'detail'), 'every');
  const drawn = () => id(page, 'canvas').evaluate((canvas) => canvas.toDataURL());
  // It is painted after the page is.
  await page.locator('.canvas-parent[aria-busy=false]:not(.is-loading)').waitFor();
  await page.waitForTimeout(500);
  const before = await drawn();
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route('**/files/**', (route) => held.then(() => route.continue()));
  await select(page, '1200');
  await page.waitForURL(/sel=1200/);
  await page.locator('.view[aria-busy=false] .canvas-parent[aria-busy=true] .canvas.is-stale').waitFor();
  assert.equal(await drawn(), before);
  answer();
  await page.locator('.canvas-parent[aria-busy=false]:not(.is-loading) .canvas:not(.is-stale)').waitFor();
  await page.waitForFunction((before) => document.querySelector('.canvas').toDataURL() !== before, before);
});

// Twice as large letters leave half of the room.
for (const [what, options] of Object.entries({
  'at 200 %': { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  'on a phone': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
})) {
  walk(`has everything within reach ${what}`, async (page) => {
    const fits = async () => {
      const { wide, room } = await page.evaluate(() => ({ wide: document.scrollingElement.scrollWidth, room: innerWidth }));
      assert.ok(wide <= room, `${wide} of ${room} pixels`);
    };
    const press = (locator) => (options.hasTouch ? locator.tap() : locator.click());
    await page.goto(served.url);
    await page.locator('.served li').first().waitFor();
    await fits();
    await press(page.locator('.served button', { hasText: 'a.npy' }).first());
    await has(id(page, 'slice-result'), '(60, 70)');
    for (const name of ['Table', 'Heatmap', 'Lines', 'Statistics', 'Compare']) {
      await press(page.getByRole('tab', { name, exact: true }));
      await page.locator('.view:not(:has(.loading))').waitFor();
      await fits();
    }
    await press(page.getByRole('tab', { name: 'Table', exact: true }));
    await press(cell(page, 3, 1));
    await has(id(page, 'selected'), '[3, 1]');
    await select(page, '-1');
    await has(cell(page, 0), said.slices['-1'].first[0]);
    await press(page.getByRole('button', { name: /Take away/ }));
    await page.getByRole('dialog').waitFor();
    await fits();
  }, options);
}

walk('has a tree that screen readers can follow', async (page) => {
  await page.goto(at('served=structured.npy&row=2&col=1'));
  const grid = page.getByRole('main').getByRole('grid', { name: /^Values of the selection/ });
  const row = grid.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '2', exact: true }) });
  await has(row.getByRole('gridcell', { selected: true }), said.structured.when[2]);
  await has(grid.getByRole('columnheader', { name: 'pos.x' }), 'pos.x');
  assert.equal(await grid.getAttribute('aria-rowcount'), String(said.structured.count + 1));
  await page.getByRole('navigation', { name: 'Open files' }).getByRole('button', { name: 'structured.npy', exact: true }).waitFor();
  await page.getByRole('tabpanel', { name: 'Table' }).waitFor();
  await page.getByRole('textbox', { name: 'Go to row' }).waitFor();
});

const VIEWS = {
  start: '',
  table: 'served=a.npy&view=table',
  heatmap: 'served=golden.npy&view=heatmap',
  line: 'served=a.npy&view=line',
  stats: 'served=a.npy&view=stats',
  compare: 'active=0&served=a.npy&view=compare&with=1&served=b.npy',
  structure: 'served=structured.npy',
  archive: 'served=deflated.npz',
  member: 'served=deflated.npz&member=a/weights',
  failure: 'served=text.npy',
  missing: 'file=a.npy',
};
for (const colorScheme of ['light', 'dark']) {
  walk(`is accessible, as far as axe can tell, in ${colorScheme}`, async (page) => {
    const violations = [];
    const look = async (name) => {
      await page.waitForTimeout(700);
      // As the policy does not let the page run it.
      const found = await page.evaluate(`(() => { ${axe}; return axe.run(document, { resultTypes: ['violations'] }); })()`);
      violations.push(...found.violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' ')}`));
    };
    for (const [name, hash] of Object.entries(VIEWS)) {
      await page.goto('about:blank');
      await page.goto(at(hash));
      await page.locator('main').waitFor();
      await page.locator('main:not(:has(.loading))').waitFor();
      await look(name);
    }
    await page.goto('about:blank');
    await page.goto(at(VIEWS.table));
    await page.getByRole('button', { name: 'Take away' }).click();
    await look('take away');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keyboard and help' }).click();
    await look('help');
    assert.deepEqual(violations, []);
  }, { colorScheme });
}

walk('works without a network after the first visit', async (page, context) => {
  const own = await host();
  await page.goto(own.url);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await own.close();
  await page.reload();
  await pick(page, 'a.npy');
  await has(id(page, 'shape'), '(60, 70)');
  for (const name of ['Table', 'Heatmap', 'Lines', 'Statistics', 'Compare']) {
    await view(page, name);
    await page.locator('.view:not(:has(.loading))').waitFor();
    assert.equal(await page.locator('.error').count(), 0);
  }
  assert.equal(context.serviceWorkers().length, 1);
});

walk('is whole below a folder of a static host', async (page) => {
  const paths = [];
  page.on('response', (response) => paths.push([response.status(), new URL(response.url()).pathname]));
  await page.goto(`${site.url}#url=${site.origin}/files/golden.npy&view=heatmap`);
  await has(id(page, 'detail'), 'every element');
  assert.deepEqual(paths.filter(([status, path]) => status >= 400 || !/^\/(some\/where|files)\//.test(path)), []);
});

walk('runs no script that somehow gets into it', async (page) => {
  await page.goto(site.url);
  const told = page.waitForEvent('console', (message) => /Content Security Policy/.test(message.text()));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hurt = 1';
    document.body.append(script);
  });
  await told;
  assert.equal(await page.evaluate(() => window.hurt), undefined);
}, { allow: /Content Security Policy/ });

const HOSTILE = {
  'markup.npy': { shape: '(3,)' },
  '<b onload=hurt=1>.npy': { shape: '(3,)' },
  'dims.npy': { shape: `(${'1, '.repeat(60)}2, 2, 2, 2)` },
  'long.npy': { shape: '(2,)' },
  'longer.npy': { alert: 'the header is too large' },
  'lying.npy': { alert: 'are missing' },
  'endless.npy': { alert: 'cannot be opened' },
  'text.npy': { alert: 'is no NumPy file' },
  'empty.npy': { alert: '' },
  'objects.npy': { shape: '(2,)' },
};
for (const [name, { shape, alert }] of Object.entries(HOSTILE)) {
  walk(`takes no harm from ${name}`, async (page) => {
    await page.goto(site.url);
    await pick(page, name);
    if (shape) await has(id(page, 'shape'), shape);
    else await has(page.getByRole('alert'), alert);
    await page.waitForTimeout(500);
    for (const tab of await page.locator('.views [role=tab]').all()) {
      await tab.click();
      await page.locator('.view:not(:has(.loading))').waitFor();
    }
    assert.deepEqual(await page.evaluate(() => [window.hurt, document.querySelectorAll('main img, main script, b[onload]').length]), [undefined, 0]);
    assert.notEqual(await page.title(), '1');
    const began = performance.now();
    await page.keyboard.press('Escape');
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.ok(performance.now() - began < PATIENCE / 2, 'the page still answers');
  });
}

walk('says that a server has gone, and goes on when it is back', async (page) => {
  await page.goto(at('served=rows.npy&view=table'));
  await cell(page, 0).waitFor();
  await page.route('**/files/**', (route) => route.abort());
  await page.locator('.goto input').fill('900000000');
  await page.locator('.goto input').press('Enter');
  await page.getByRole('alert').waitFor();
  await page.unroute('**/files/**');
  await page.getByRole('alert').getByRole('button').click();
  assert.equal(await cell(page, 900_000_000).textContent(), '0');
}, { allow: /ERR_FAILED/ });
