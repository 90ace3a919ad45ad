// How long people wait, in Chromium: printed, not judged, as machines differ. `node timings.mjs`, in the environment of the walk.
import { join } from 'node:path';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { FILES, host } from './harness.mjs';

const ROUNDS = 7;
const [driver, site] = await Promise.all([DRIVERS.chromium(), host()]);
const { page } = driver;
await page.setViewportSize({ width: 1280, height: 800 });

/** The median of some rounds, in milliseconds. */
async function measure(name, round) {
  const times = [];
  for (let i = 0; i < ROUNDS; i += 1) times.push(await round());
  times.sort((a, b) => a - b);
  console.log(`${name}: ${times[ROUNDS >> 1].toFixed(0)} ms (${times[0].toFixed(0)} to ${times.at(-1).toFixed(0)})`);
}

/** From a change of the file input, after which all is as after a drop, until there is what a selector finds. */
async function opening(name, hash, selector) {
  await page.goto('about:blank');
  await page.goto(`${site.url}${hash}`);
  await page.getByTestId('files').waitFor({ state: 'attached' });
  await page.evaluate((wanted) => {
    document.querySelector('[data-testid=files]').addEventListener('change', () => {
      const began = performance.now();
      const look = () => {
        if (document.querySelector(wanted)) window.took = performance.now() - began;
        else requestAnimationFrame(look);
      };
      look();
    }, { capture: true });
  }, selector);
  await page.getByTestId('files').setInputFiles(join(FILES, name));
  return (await page.waitForFunction(() => window.took)).jsonValue();
}

const CELL = '.grid-cell:not(.is-waiting)';
try {
  const huge = '#file=huge.npy&size=6442451072&sel=17';
  await measure('a file of 6 GiB, until its first cells are there', () => opening('huge.npy', `${huge}&view=table`, CELL));
  await measure('the same, until a frame of 1024 × 1024 is a picture', () => opening('huge.npy', `${huge}&view=heatmap`, '[data-testid=detail]:not(:empty)'));
  await measure('a frame of 2000 × 2000 of 6.4 GB, until it is a picture', () =>
    opening('wide.npy', '#file=wide.npy&size=6400000128&sel=7&view=heatmap', '[data-testid=detail]:not(:empty)'));
  await opening('rows.npy', '#file=rows.npy&size=1000000128&view=table', CELL);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const used = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.filter(({ name }) => ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].includes(name)).reduce((sum, { value }) => sum + 1000 * value, 0);
  };
  await page.mouse.move(700, 600);
  await measure('100 steps of the wheel on 10⁹ rows, script and layout of the page', async () => {
    const before = await used();
    for (let i = 0; i < 100; i += 1) await page.mouse.wheel(0, 120);
    return (await used()) - before;
  });
} finally {
  await driver.close();
  await site.close();
}
