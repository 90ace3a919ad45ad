import { render } from 'preact';
import { followChanges, followHistory, isServed, openFiles } from './model.ts';
import { followTheme } from './theme.ts';
import { App } from './views/App.tsx';
import { foundOf } from './views/files.ts';

followTheme();
followHistory();
followChanges();
render(<App />, document.getElementById('app')!);

// Installed, the page opens what is double-clicked.
interface LaunchQueue {
  setConsumer(consumer: (launch: { files: readonly FileSystemFileHandle[] }) => void): void;
}
(globalThis as { launchQueue?: LaunchQueue }).launchQueue?.setConsumer(({ files }) => {
  void Promise.all(files.map(foundOf)).then((found) => found.length > 0 && openFiles(found));
});

// Behind `npymap serve` the page changes with the program, and there is a server for as long as there is a page.
if (import.meta.env.PROD && !isServed && 'serviceWorker' in navigator && location.protocol !== 'file:') {
  addEventListener('load', () => void navigator.serviceWorker.register('./sw.js').catch(() => {}));
}
