// Starting the browsers that the system has. Each driver gives `{ open(url), evaluate(function, argument), pick(path),
// press(...keys), close() }`, where `pick` gives a file to the first <input type="file"> of the page, and keys have the names of
// KeyboardEvent.key; all of `press('Control', 'a')` are down at once. Chromium's has its `page`, too.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

export const DRIVERS = { chromium, firefox, webkit };

async function chromium() {
  const { chromium: type } = await import('playwright-core');
  const browser = await type.launch({
    executablePath: program('chromium', 'chromium-browser', 'google-chrome'),
    // Tests may run as root in a container, where Chromium's sandbox cannot.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-precise-memory-info'],
  });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`chromium: ${error}`));
  return {
    page,
    open: (url) => page.goto(url),
    evaluate: (run, argument) => page.evaluate(run, argument),
    pick: (path) => page.setInputFiles('input[type=file]', path),
    press: (...keys) => page.keyboard.press(keys.join('+')),
    close: () => browser.close(),
  };
}

async function firefox() {
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: program('firefox-esr', 'firefox'), headless: true });
  const page = await browser.newPage();
  page.on('pageerror', (error) => {
    // Firefox tells of each request that the tests know to be forbidden.
    if (!/Cross-Origin Request Blocked/.test(error.message)) console.log(`firefox: ${error}`);
  });
  return {
    open: (url) => page.goto(url),
    evaluate: (run, argument) => page.evaluate(run, argument),
    pick: async (path) => (await page.$('input[type=file]')).uploadFile(path),
    press: async (...keys) => {
      for (const key of keys) await page.keyboard.down(key);
      for (const key of keys.reverse()) await page.keyboard.up(key);
    },
    close: () => browser.close(),
  };
}

/** What WebDriver calls keys that are no characters. */
const KEYS = { Tab: '\uE004', Enter: '\uE007', Shift: '\uE008', Control: '\uE009', Escape: '\uE00C', PageUp: '\uE00E', End: '\uE010', Home: '\uE011', ArrowUp: '\uE013' };

/** WebKitGTK has no headless mode, and speaks WebDriver, one session at a time. */
async function webkit() {
  const display = `:${90 + (process.pid % 900)}`;
  const xvfb = spawn(program('Xvfb'), [display, '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], { stdio: 'ignore' });
  const port = await freePort();
  const driver = spawn(program('WebKitWebDriver'), [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1' },
  });
  const stop = () => {
    driver.kill();
    xvfb.kill();
  };
  const command = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`);
    return value;
  };
  try {
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] } } };
    const { sessionId } = await retry(() => command('POST', '/session', { capabilities }));
    return {
      open: (url) => command('POST', `/session/${sessionId}/url`, { url }),
      evaluate: (run, argument = null) =>
        command('POST', `/session/${sessionId}/execute/sync`, { script: `return (${run})(...arguments)`, args: [argument] }),
      pick: async (path) => {
        const found = await command('POST', `/session/${sessionId}/element`, { using: 'css selector', value: 'input[type=file]' });
        const [id] = Object.values(found);
        await command('POST', `/session/${sessionId}/element/${id}/value`, { text: path });
      },
      press: async (...keys) => {
        const values = keys.map((key) => KEYS[key] ?? key);
        const actions = [...values.map((value) => ({ type: 'keyDown', value })), ...values.reverse().map((value) => ({ type: 'keyUp', value }))];
        await command('POST', `/session/${sessionId}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] });
      },
      close: async () => {
        await command('DELETE', `/session/${sessionId}`).catch(() => {});
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** WebKit's browser for tests, which is in no directory that is searched for programs. */
function miniBrowser() {
  const places = ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((dir) => `/usr/lib/${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch]}-linux-gnu/${dir}/MiniBrowser`);
  const place = places.find(isProgram);
  if (!place) throw new Error('no MiniBrowser: install webkit2gtk-driver');
  return place;
}

async function retry(run) {
  for (let left = 50; ; left -= 1) {
    try {
      return await run();
    } catch (error) {
      // Until it listens.
      if (left === 0 || !(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function program(...names) {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const found = names.map((name) => join(dir, name)).find(isProgram);
    if (found) return found;
  }
  throw new Error(`none of ${names.join(', ')} is installed`);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
