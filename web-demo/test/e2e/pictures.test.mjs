// The main views look as they did when people looked at them: desktop and phone, light and dark, in Chromium.
//
// Where a change of looks is meant, `cargo xtask screenshots` takes the pictures anew, to be looked at and committed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { FILES, PATIENCE, serve, SHOTS } from './harness.mjs';
import { COMPARED, difference, DRESSES, seenPath, shoot, shrink, VIEWS } from './pictures.mjs';

/** How much of a picture may differ. Fonts differ from machine to machine. */
const TOLERANCE = 0.03;

let driver, browser, served;

before(async () => {
  [driver, served] = await Promise.all([DRIVERS.chromium(), serve(FILES)]);
  browser = driver.page.context().browser();
});

after(async () => {
  await driver?.close();
  await served?.close();
});

for (const [dress, options] of Object.entries(DRESSES)) {
  test(`looks as it did, ${dress}`, { timeout: 4 * PATIENCE }, async () => {
    for (const view of COMPARED) {
      const picture = await shrink(driver.page, await shoot(browser, `${served.url}#${VIEWS[view]}`, options));
      const differs = await difference(driver.page, picture, readFileSync(seenPath(view, dress)));
      if (differs <= TOLERANCE) continue;
      const path = join(SHOTS, `${view}-${dress}-differs.png`);
      writeFileSync(path, picture);
      assert.fail(`${view}: ${(100 * differs).toFixed(1)} % of ${path} differ from ${seenPath(view, dress)}`);
    }
  });
}

test('another look is noticed', { timeout: 4 * PATIENCE }, async () => {
  const seen = (view, dress) => readFileSync(seenPath(view, dress));
  const others = [
    [seen('table', 'desktop-light'), seen('table', 'desktop-dark')],
    [seen('table', 'desktop-light'), seen('heatmap', 'desktop-light')],
    [seen('line', 'phone-dark'), seen('stats', 'phone-dark')],
  ];
  for (const pair of others) assert.ok((await difference(driver.page, ...pair)) > 2 * TOLERANCE);
});
