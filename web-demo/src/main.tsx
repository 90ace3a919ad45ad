import { render } from 'preact';
import { followChanges, followHistory, isServed } from './model.ts';
import { followTheme } from './theme.ts';
import { App } from './views/App.tsx';

followTheme();
followHistory();
followChanges();
render(<App />, document.getElementById('app')!);

// Behind `npymap serve` the page changes with the program, and there is a server for as long as there is a page.
if (import.meta.env.PROD && !isServed && 'serviceWorker' in navigator && location.protocol !== 'file:') {
  addEventListener('load', () => void navigator.serviceWorker.register('./sw.js').catch(() => {}));
}
