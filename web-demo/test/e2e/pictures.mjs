// The main views in every dress, and how alike two pictures of them are.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the pictures are that people have looked at, in a quarter of their size. */
export const SEEN = fileURLToPath(new URL('pictures', import.meta.url));

export const VIEWS = {
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

export const DRESSES = {
  'desktop-light': { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  'desktop-dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  'phone-light': { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, hasTouch: true },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
};

/** The pictures that are compared: whatever else changes, these show it. */
export const COMPARED = ['start', 'table', 'heatmap', 'line', 'stats', 'archive'];

/** A picture of an address as PNG, when all of it is there. */
export async function shoot(browser, url, dress) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...dress });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('main:not(:has(.loading, .is-loading, .is-waiting, .is-stale))').waitFor();
    // Until two pictures in a row are the same: what is drawn after that is drawn.
    for (let last, left = 20; ; left -= 1) {
      await page.waitForTimeout(250);
      const picture = await page.screenshot();
      if (last?.equals(picture) || left === 0) return picture;
      last = picture;
    }
  } finally {
    await context.close();
  }
}

/** A picture in a quarter of its size, which forgives how letters are drawn. */
export async function shrink(page, picture) {
  const text = await page.evaluate(async (text) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
    const size = [image.width, image.height].map((length) => Math.round(length / 4));
    const canvas = Object.assign(document.createElement('canvas'), { width: size[0], height: size[1] });
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, ...size);
    return canvas.toDataURL().split(',')[1];
  }, picture.toString('base64'));
  return Buffer.from(text, 'base64');
}

/** How much two colours of one look may differ, of 255. */
const MOST = 40;

/** The share of the pixels of two pictures of one size that differ by more than that. */
export function difference(page, one, other) {
  return page.evaluate(async ([one, other, most]) => {
    const [a, b] = await Promise.all(
      [one, other].map(async (text) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
      }),
    );
    if (a.width !== b.width || a.height !== b.height) return 1;
    let differ = 0;
    for (let i = 0; i < a.data.length; i += 4) {
      if ([0, 1, 2].some((k) => Math.abs(a.data[i + k] - b.data[i + k]) > most)) differ += 1;
    }
    return differ / (a.width * a.height);
  }, [one.toString('base64'), other.toString('base64'), MOST]);
}

export const seenPath = (view, dress) => join(SEEN, `${view}-${dress}.png`);
