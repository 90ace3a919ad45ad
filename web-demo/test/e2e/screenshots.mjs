// Pictures of the running page: those of the README into a directory, and every view in every dress below E2E_DIR.
//
//   node screenshots.mjs docs
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { makeFiles, SHOTS, serve, FILES } from './harness.mjs';

const [docs] = process.argv.slice(2);
/** What the README may weigh. */
const MOST = 200_000;

makeFiles();
const samples = fileURLToPath(new URL('../../public/samples', import.meta.url));
const driver = await DRIVERS.chromium();
const browser = driver.page.context().browser();
const [own, files] = await Promise.all([serve(samples), serve(FILES)]);

async function shoot(url, path, options) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('main:not(:has(.loading, .is-loading, .is-waiting))').waitFor();
  // Until what is drawn after that is drawn.
  await page.waitForTimeout(1200);
  await page.screenshot({ path });
  await context.close();
  return path;
}

const PICTURES = {
  'inspector-volume': 'served=volume.npy&sel=12, :, :&view=heatmap&map=magma',
  'inspector-table': 'served=quakes.npy&view=table&row=3',
  'inspector-complex': 'served=field.npy&view=heatmap&part=phase',
};
const VIEWS = {
  start: '',
  table: 'served=a.npy&view=table',
  rows: 'served=rows.npy&view=table&row=999999999',
  heatmap: 'served=huge.npy&sel=17&view=heatmap',
  image: 'served=image.npy',
  line: 'served=a.npy&view=line&lines=0,1,2',
  stats: 'served=a.npy&view=stats',
  compare: 'active=0&served=a.npy&view=compare&with=1&served=b.npy',
  structure: 'served=structured.npy',
  archive: 'served=deflated.npz&member=a/weights',
  failure: 'served=lying.npy',
};
const DRESSES = {
  'desktop-light': { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  'desktop-dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  'phone-light': { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
};

try {
  mkdirSync(docs, { recursive: true });
  for (const [name, hash] of Object.entries(PICTURES)) {
    const path = await shoot(`${own.url}#${hash}`, join(docs, `${name}.png`), { viewport: { width: 1000, height: 640 }, colorScheme: name === 'inspector-table' ? 'light' : 'dark' });
    const { size } = statSync(path);
    console.log(`${path}: ${size} bytes`);
    if (size > MOST) throw new Error(`${path} has more than ${MOST} bytes`);
  }
  for (const [dress, options] of Object.entries(DRESSES)) {
    for (const [name, hash] of Object.entries(VIEWS)) await shoot(`${files.url}#${hash}`, join(SHOTS, `${name}-${dress}.png`), options);
  }
  console.log(`every view: ${SHOTS}`);
} finally {
  await driver.close();
  await Promise.all([own.close(), files.close()]);
}
