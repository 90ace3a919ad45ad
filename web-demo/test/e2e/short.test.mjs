// A short walk in the other engines: what of the page depends on them. E2E_BROWSERS chooses: `firefox,webkit`.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { FILES, readSaid, PATIENCE, serve } from './harness.mjs';

const said = readSaid();

for (const name of (process.env.E2E_BROWSERS ?? 'firefox,webkit').split(',')) {
  describe(name, { timeout: 10 * PATIENCE }, () => {
    let driver, served;
    before(async () => {
      [driver, served] = await Promise.all([DRIVERS[name](), serve(FILES)]);
    });
    after(async () => {
      await driver?.close();
      await served?.close();
    });

    /** Opens an address of the page, and listens to what goes wrong there. */
    const open = async (hash) => {
      await driver.open('about:blank');
      await driver.open(`${served.url}#${hash}`);
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

    test('takes no harm from field names with markup', async () => {
      await open('served=markup.npy');
      await shows('onerror');
      assert.equal(await driver.evaluate(() => window.hurt ?? document.querySelector('main img')), null);
      await fine();
    });
  });
}
