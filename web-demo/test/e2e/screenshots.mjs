// Pictures of the running page: those of the README into a directory, every view in every dress below E2E_DIR, and those that
// tests compare with beside this file.
//
//   node screenshots.mjs docs
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DRIVERS } from '../../../wasm/test/drivers.mjs';
import { SHOTS, serve, FILES } from './harness.mjs';
import { COMPARED, DRESSES, SEEN, seenPath, shoot, shrink, VIEWS } from './pictures.mjs';

const [docs] = process.argv.slice(2);
/** What the README may weigh. */
const MOST = 200_000;

const samples = fileURLToPath(new URL('../../public/samples', import.meta.url));
const driver = await DRIVERS.chromium();
const browser = driver.page.context().browser();
const [own, files] = await Promise.all([serve(samples), serve(FILES)]);

const PICTURES = {
  'inspector-volume': 'served=volume.npy&sel=12, :, :&view=heatmap&map=magma',
  'inspector-table': 'served=quakes.npy&view=table&row=3',
  'inspector-complex': 'served=field.npy&view=heatmap&part=phase',
};
try {
  for (const dir of [docs, SEEN]) mkdirSync(dir, { recursive: true });
  for (const [name, hash] of Object.entries(PICTURES)) {
    const dress = { viewport: { width: 1000, height: 640 }, colorScheme: name === 'inspector-table' ? 'light' : 'dark' };
    const picture = await shoot(browser, `${own.url}#${hash}`, dress);
    const path = join(docs, `${name}.png`);
    console.log(`${path}: ${picture.length} bytes`);
    if (picture.length > MOST) throw new Error(`${path} has more than ${MOST} bytes`);
    writeFileSync(path, picture);
  }
  for (const [dress, options] of Object.entries(DRESSES)) {
    for (const [name, hash] of Object.entries(VIEWS)) {
      const picture = await shoot(browser, `${files.url}#${hash}`, options);
      writeFileSync(join(SHOTS, `${name}-${dress}.png`), picture);
      if (COMPARED.includes(name)) writeFileSync(seenPath(name, dress), await shrink(driver.page, picture));
    }
  }
  console.log(`every view: ${SHOTS}`);
} finally {
  await driver.close();
  await Promise.all([own.close(), files.close()]);
}
