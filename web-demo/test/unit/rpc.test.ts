import { expect, test } from 'vitest';
import { answer, asker, type Context } from '../../src/engine/rpc.ts';

function pair() {
  const { port1, port2 } = new MessageChannel();
  const calls: AbortSignal[] = [];
  const api = {
    double: async ({ value }: { value: number }) => 2 * value,
    fail: async () => {
      throw Object.assign(new RangeError('too far'), { code: 'ERR_X', detail: { axis: 1, odd: () => {} } });
    },
    wait: async (_: null, { signal, progress }: Context) => {
      calls.push(signal);
      progress(1, 3);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'too late';
    },
  };
  const events: unknown[] = [];
  const tell = answer(port2, api);
  const ask = asker<typeof api>(port1, (event) => events.push(event));
  port1.start();
  port2.start();
  return { ask, tell, events, calls, close: () => port1.close() };
}

test('questions have their own answers', async () => {
  const { ask, close } = pair();
  expect(await Promise.all([1, 2, 3].map((value) => ask('double', { value })))).toEqual([2, 4, 6]);
  await expect(ask('fail', undefined as never)).rejects.toMatchObject({ name: 'RangeError', message: 'too far', code: 'ERR_X', detail: {} });
  close();
});

test('an abort ends the question here and there', async () => {
  const { ask, calls, close } = pair();
  const controller = new AbortController();
  const seen = new Promise<number[]>((resolve) => {
    ask('wait', null, { signal: controller.signal, onProgress: (...progress) => resolve(progress) }).catch((error) => expect(error).toBe('enough'));
  });
  expect(await seen).toEqual([1, 3]);
  controller.abort('enough');
  await expect.poll(() => calls[0]!.aborted).toBe(true);
  const aborted = AbortSignal.abort('before');
  await expect(ask('wait', null, { signal: aborted })).rejects.toBe('before');
  expect(calls).toHaveLength(1);
  close();
});
