import { render } from 'preact';
import { followHistory } from './model.ts';
import { followTheme } from './theme.ts';
import { App } from './views/App.tsx';

followTheme();
followHistory();
render(<App />, document.getElementById('app')!);

// Behind `npymap serve` the page changes with the program, and there is a server for as long as there is a page.
const isServed = document.querySelector('meta[name="npymap-serve"]') !== null;
if (import.meta.env.PROD && !isServed && 'serviceWorker' in navigator && location.protocol !== 'file:') {
  addEventListener('load', () => void navigator.serviceWorker.register('./sw.js').catch(() => {}));
}
