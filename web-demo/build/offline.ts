// The service worker: everything of the page by its hash, so that it works without a network after the first visit.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

export function offline(): Plugin {
  return {
    name: 'npymap:offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.values(bundle)
          .filter(({ fileName }) => !fileName.endsWith('.map'))
          .sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
        const hash = createHash('sha256');
        for (const file of files) hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
        const template = readFileSync(new URL('./service-worker.js', import.meta.url), 'utf8');
        const source = template
          .replace('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 16)))
          .replace('__FILES__', JSON.stringify([...files.map(({ fileName }) => fileName), 'icon.svg', 'manifest.webmanifest']));
        this.emitFile({ type: 'asset', fileName: 'sw.js', source });
      },
    },
  };
}
