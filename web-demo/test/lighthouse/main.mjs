// What Lighthouse says of the page, which `npymap serve` serves: `node main.mjs`, in the environment of the walk.
//
// Accessibility and best practices are judged. Performance is printed: it is time, and machines differ.
import * as chromeLauncher from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { FILES, serve } from '../e2e/harness.mjs';

const LEAST = 95;
const JUDGED = ['accessibility', 'best-practices'];
const PAGES = [
  ['start', '', 'desktop', 'mobile'],
  ['table', '#served=a.npy&view=table', 'desktop'],
];
const CATEGORIES = ['performance', ...JUDGED];

const served = await serve(FILES);
const chrome = await chromeLauncher.launch({
  chromePath: process.env.CHROME_PATH,
  chromeFlags: ['--headless', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});
let failed = false;
try {
  for (const [name, hash, ...forms] of PAGES) {
    for (const formFactor of forms) {
      const isMobile = formFactor === 'mobile';
      const screenEmulation = isMobile ? undefined : { mobile: false, width: 1280, height: 800, deviceScaleFactor: 1, disabled: false };
      const { lhr } = await lighthouse(
        `${served.url}${hash}`,
        { port: chrome.port, onlyCategories: CATEGORIES, logLevel: 'error' },
        { extends: 'lighthouse:default', settings: { formFactor, ...(screenEmulation && { screenEmulation }), throttlingMethod: isMobile ? 'simulate' : 'provided' } },
      );
      const scores = CATEGORIES.map((category) => `${category} ${Math.round(100 * lhr.categories[category].score)}`);
      console.log(`lighthouse, ${name}, ${formFactor}: ${scores.join(', ')}`);
      for (const category of JUDGED) {
        const { score, auditRefs } = lhr.categories[category];
        failed ||= 100 * score < LEAST;
        for (const { id, weight } of auditRefs) {
          const { title, score, details } = lhr.audits[id];
          if (weight === 0 || score === null || score === 1) continue;
          console.log(`  ${category}, ${id}: ${title}: ${details?.items?.[0]?.node?.snippet ?? ''}`);
        }
      }
    }
  }
} finally {
  chrome.kill();
  await served.close();
}
process.exit(failed ? 1 : 0);
