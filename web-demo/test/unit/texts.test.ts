import { expect, test } from 'vitest';
import { Texts, type Rect } from '../../src/grid/texts.ts';

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test('blocks are read once, kept, and dropped when nobody looks', async () => {
  const asked: { rect: Rect; signal: AbortSignal; done: () => void }[] = [];
  const texts = new Texts(
    (rect, signal) =>
      new Promise((resolve, reject) => {
        const all = (): string[] => Array.from({ length: (rect.r1 - rect.r0) * (rect.c1 - rect.c0) }, (_, i) => `${rect.r0 + Math.floor(i / (rect.c1 - rect.c0))},${rect.c0 + (i % (rect.c1 - rect.c0))}`);
        signal.addEventListener('abort', () => reject(signal.reason));
        asked.push({ rect, signal, done: () => resolve(all()) });
      }),
    [100, 20],
    () => {},
    (error) => expect.fail(String(error)),
  );
  texts.want({ r0: 90, r1: 100, c0: 0, c1: 20 });
  // To the edges of the array and no further.
  expect(asked.map(({ rect }) => rect)).toEqual([
    { r0: 64, r1: 96, c0: 0, c1: 16 },
    { r0: 64, r1: 96, c0: 16, c1: 20 },
    { r0: 96, r1: 100, c0: 0, c1: 16 },
  ]);
  asked[0]!.done();
  await settle();
  expect(texts.get(95, 15)).toBe('95,15');
  expect(texts.get(95, 16)).toBeUndefined();
  // Somewhere else: what is still being read is not wanted any more.
  texts.want({ r0: 0, r1: 10, c0: 0, c1: 5 });
  expect(asked[1]!.signal.aborted).toBe(true);
  expect(asked[0]!.signal.aborted).toBe(false);
  await settle();
  texts.want({ r0: 90, r1: 95, c0: 0, c1: 5 });
  expect(asked.filter(({ rect }) => rect.r0 === 64 && rect.c0 === 0)).toHaveLength(1);
  texts.stop();
  expect(asked.at(-1)!.signal.aborted).toBe(true);
});
