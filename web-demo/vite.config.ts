import { defineConfig } from 'vite';
import { colours } from './build/colours.ts';
import { offline } from './build/offline.ts';
import { policy } from './build/policy.ts';
import { sizes } from './build/sizes.ts';

export default defineConfig({
  // Works from any folder of any host.
  base: './',
  plugins: [colours(), policy(), offline(), sizes()],
  worker: { format: 'es', plugins: () => [colours()] },
  build: {
    target: ['chrome125', 'firefox128', 'safari17.4'],
    // The policy has no data: addresses but for pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // The package is a link to its folder; its own bundle is not needed in development.
  optimizeDeps: { exclude: ['npymap'] },
  server: { fs: { allow: ['..'] } },
  test: { include: ['test/unit/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
