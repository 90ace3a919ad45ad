// What the page weighs, compressed: prints it, and fails where a budget is exceeded.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const FIRST_PAINT = 60;
const WHOLE = 250;

export function sizes(): Plugin {
  let dir = 'dist';
  return {
    name: 'npymap:sizes',
    apply: 'build',
    configResolved(config) {
      dir = config.build.outDir;
    },
    closeBundle() {
      if (this.environment && this.environment.name !== 'client') return;
      const html = readFileSync(join(dir, 'index.html'), 'utf8');
      const names = ['index.html', 'sw.js', ...readdirSync(join(dir, 'assets')).map((name) => `assets/${name}`)];
      const rows = names
        .filter((name) => !name.endsWith('.map'))
        .map((name) => ({ name, size: gzipSync(readFileSync(join(dir, name)), { level: 9 }).length / 1024 }));
      const isFirst = (name: string): boolean => name === 'index.html' || html.includes(name);
      const sum = (of: typeof rows): number => of.reduce((total, { size }) => total + size, 0);
      for (const { name, size } of rows) console.log(`${size.toFixed(1).padStart(8)} KB  ${isFirst(name) ? '*' : ' '} ${name}`);
      const first = sum(rows.filter(({ name }) => isFirst(name)));
      const whole = sum(rows);
      console.log(`first paint (*) ${first.toFixed(1)} of ${FIRST_PAINT} KB, everything ${whole.toFixed(1)} of ${WHOLE} KB, gzip`);
      if (first > FIRST_PAINT) this.error(`the first paint takes ${first.toFixed(1)} KB, at most ${FIRST_PAINT} are allowed`);
      if (whole > WHOLE) this.warn(`the page has ${whole.toFixed(1)} KB, more than ${WHOLE}`);
    },
  };
}
