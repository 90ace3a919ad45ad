// A shorter walk in the other engines: what of the page depends on them. E2E_BROWSERS chooses: `firefox,webkit`.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { FILES, host, isColumn, readSaid, PATIENCE, python, serve } from './harness.mjs';

const said = readSaid();

for (const name of (process.env.E2E_BROWSERS ?? 'firefox,webkit').split(',')) {
  describe(name, { timeout: 20 * PATIENCE }, () => {
    let driver, served, site;
    before(async () => {
      [driver, served, site] = await Promise.all([DRIVERS[name](), serve(FILES), host()]);
    });
    after(async () => {
      await driver?.close();
      await Promise.all([served?.close(), site?.close()]);
    });

    /** Opens an address of the page, and listens to what goes wrong there. */
    const open = async (hash, page = served.url) => {
      await driver.open('about:blank');
      await driver.open(`${page}#${hash}`);
      await driver.evaluate(() => {
        window.wrong = [];
        for (const type of ['error', 'unhandledrejection', 'securitypolicyviolation']) {
          addEventListener(type, (event) => window.wrong.push(`${type} ${event.message ?? event.reason ?? event.violatedDirective}`));
        }
      });
    };

    /** Waits until a question to the page has an answer. */
    const until = async (what, question, argument = null) => {
      for (const end = performance.now() + 2 * PATIENCE; performance.now() < end; ) {
        const answer = await driver.evaluate(question, argument);
        if (answer) return answer;
        await new Promise((done) => setTimeout(done, 100));
      }
      throw new Error(`${what}: nothing came; the page says: ${await driver.evaluate(() => document.body.innerText.slice(0, 500))}`);
    };
    const fine = async () => assert.deepEqual(await driver.evaluate(() => window.wrong), []);
    /** Writes into the selection box, as a hand would. */
    const type = (selection) =>
      driver.evaluate((text) => {
        const box = document.querySelector('#slice');
        box.focus();
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, text);
        box.dispatchEvent(new Event('input', { bubbles: true }));
      }, selection);
    const shows = (text) => until(text, (wanted) => document.body.innerText.includes(wanted), text);
    const cells = (first, count, col = 0) =>
      until(`cells from ${first} on`, ([first, count, col]) => {
        const found = Array.from({ length: count }, (_, i) => document.querySelector(`.grid-cell[data-row="${first + i}"][data-col="${col}"]:not(.is-waiting)`)?.textContent);
        return found.every((text) => text !== undefined) && found;
      }, [first, count, col]);

    test('lists what is served', async () => {
      await open('');
      await shows('(1536, 1024, 1024)');
      await fine();
    });

    test('opens a file of 6 GiB that is picked', async () => {
      await open('');
      await driver.pick(join(FILES, 'huge.npy'));
      await until('the shape', () => document.querySelector('[data-testid=shape]')?.textContent === '(1536, 1024, 1024)');
      assert.match(await driver.evaluate(() => document.querySelector('[data-testid=read]').textContent), / of 6\.4 GB/);
      await fine();
    });

    test('scrolls to the last of 10⁹ rows and back', async () => {
      await open('served=rows.npy&view=table');
      assert.deepEqual(await cells(0, 8), said.rows.first.slice(0, 8));
      await driver.evaluate(() => document.querySelector('.grid').scrollTo(0, 1e8));
      assert.deepEqual(await cells(10 ** 9 - 8, 8), said.rows.last.slice(-8));
      await driver.evaluate(() => document.querySelector('.grid').scrollTo(0, 0));
      assert.deepEqual(await cells(0, 8), said.rows.first.slice(0, 8));
      await fine();
    });

    test('paints a picture in its colours', async () => {
      await open('served=image.npy');
      const [rows, cols] = [said.image.length, said.image[0].length];
      const paint = ([rows, cols]) => {
        const canvas = document.querySelector('[data-testid=canvas]');
        if (document.querySelector('[data-testid=detail]')?.textContent !== 'every element') return null;
        const scale = Math.min(canvas.width / cols, canvas.height / rows);
        const [left, top] = [(canvas.width - cols * scale) / 2, (canvas.height - rows * scale) / 2];
        const context = canvas.getContext('2d');
        const found = [];
        for (let row = 0; row < rows; row += 1) {
          for (let col = 0; col < cols; col += 7) found.push([...context.getImageData(left + (col + 0.5) * scale, top + (row + 0.5) * scale, 1, 1).data].slice(0, 3));
        }
        return found.some((pixel) => pixel.some(Boolean)) && found;
      };
      const wanted = said.image.flatMap((row) => row.filter((_, col) => col % 7 === 0));
      assert.deepEqual(await until('the picture', paint, [rows, cols]), wanted);
      await fine();
    });

    test('shows members, structures and counts', async () => {
      await open('served=deflated.npz&member=steps');
      assert.deepEqual(await cells(0, 4), said.archive.steps.first);
      await fine();
      await open('served=structured.npy');
      assert.deepEqual(await cells(0, 5, 1), said.structured.when);
      await fine();
      await open('served=a.npy&view=stats');
      await shows(`at ${said.stats.argmax}`);
      await fine();
      await open('active=0&served=a.npy&view=compare&with=1&served=b.npy');
      await shows(said.pair.greatestAt);
      await fine();
      await open('served=a.npy&view=line');
      await until('the lines', () => document.querySelector('.u-over') !== null);
      await fine();
    });

    test('opens a file that is dropped', async () => {
      await open('');
      await shows('Drop files or a folder here');
      await driver.evaluate(async (url) => {
        const bytes = await (await fetch(url)).arrayBuffer();
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], 'a.npy'));
        for (const type of ['dragenter', 'dragover', 'drop']) document.querySelector('.dropzone').dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      }, new URL('files/a.npy', served.url).href);
      await until('the shape', () => document.querySelector('[data-testid=shape]')?.textContent === '(60, 70)');
      await fine();
    });

    test('knows a remote file of 6 GiB by one request of 64 KiB', async () => {
      site.asked.length = 0;
      await open(`url=${site.origin}/files/huge.npy&sel=0:0`, site.url);
      await shows('There is nothing in this selection');
      assert.deepEqual(site.asked, [{ name: 'huge.npy', start: 0, end: 65536 }]);
      await fine();
    });

    test('selects as NumPy does, and says what NumPy says', async () => {
      await open('served=a.npy');
      await until('the box', () => document.querySelector('#slice') !== null);
      for (const [selection, message] of Object.entries(said.errors)) {
        await type(selection);
        await shows(message);
      }
      for (const [selection, { shape, first }] of Object.entries(said.slices)) {
        await type(selection);
        await driver.press('Enter');
        await until(shape, (wanted) => document.querySelector('[data-testid=slice-result]')?.textContent.includes(wanted), shape);
        await driver.evaluate(() => document.querySelector('#view-table').click());
        await until(`cells of ${selection}`, ([isColumn, wanted]) => {
          const found = [0, 1, 2].map((i) => document.querySelector(`.view[aria-busy=false] .grid-cell[data-row="${isColumn ? i : 0}"][data-col="${isColumn ? 0 : i}"]:not(.is-waiting)`)?.textContent);
          return found.every((text, i) => text === wanted[i]);
        }, [isColumn(shape), first]);
      }
      await fine();
    });

    test('has all that is seen in its address, and goes back', async () => {
      await open('served=a.npy&sel=::2,%203:&view=heatmap&map=magma');
      await shows('(30, 67)');
      await until('the picture', () => document.querySelector('[data-testid=detail]')?.textContent === 'every element');
      assert.ok(await driver.evaluate(() => [...document.querySelectorAll('.tools select')].some((one) => one.value === 'magma')));
      await type('-1');
      await driver.press('Enter');
      await shows('(70,)');
      assert.match(await driver.evaluate(() => location.hash), /sel=-1&/);
      await driver.evaluate(() => history.back());
      await shows('(30, 67)');
      await fine();
    });

    test('goes where keys say', async () => {
      await open('served=a.npy&sel=-1');
      await shows('(70,)');
      await driver.press('1');
      await cells(0, 3);
      const isIn = (what) => driver.evaluate((what) => document.activeElement?.matches(what), what);
      for (let i = 0; i < 40 && !(await isIn('[role=gridcell]')); i += 1) await driver.press('Tab');
      await driver.press('Control', 'End');
      await until('the last', () => document.querySelector('[data-testid=selected]')?.textContent.includes('[69]'));
      await driver.press('ArrowUp');
      await driver.press('PageUp');
      await driver.press('Control', 'Home');
      await until('the first', () => document.querySelector('[data-testid=selected]')?.textContent.includes('[0]'));
      await until('its value', (wanted) => document.activeElement.textContent === wanted, said.slices['-1'].first[0]);
      await driver.press('?');
      await until('help', () => document.querySelector('dialog[open]') !== null);
      await driver.press('Escape');
      await until('the end of help', () => document.querySelector('dialog') === null);
      await fine();
    });

    test('saves what NumPy reads back', async () => {
      await open('served=a.npy&sel=3:9:2,%20::-7');
      await until('a button', () => document.querySelector('.take') !== null);
      await driver.evaluate(() => {
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          blob.arrayBuffer().then((bytes) => (window.saved = Array.from(new Uint8Array(bytes))));
          return make.call(URL, blob);
        };
        document.querySelector('.take').click();
      });
      await until('a button', () => {
        const button = [...document.querySelectorAll('dialog button')].find((one) => one.textContent === 'Save as .npy');
        button?.click();
        return button !== undefined;
      });
      const bytes = await until('what is saved', () => window.saved);
      const directory = mkdtempSync(join(tmpdir(), 'npymap-walk-'));
      try {
        writeFileSync(join(directory, 'saved.npy'), Uint8Array.from(bytes));
        const program = 'import sys, numpy as np; a, b = map(np.load, sys.argv[1:]); print(a.dtype == b.dtype, np.array_equal(a[3:9:2, ::-7], b))';
        assert.equal(python(['-c', program, join(FILES, 'a.npy'), join(directory, 'saved.npy')]), 'True True');
      } finally {
        rmSync(directory, { recursive: true });
      }
      await fine();
    });

    test('takes no harm from field names with markup', async () => {
      await open('served=markup.npy');
      await shows('onerror');
      assert.equal(await driver.evaluate(() => window.hurt ?? document.querySelector('main img')), null);
      await fine();
    });
  });
}
