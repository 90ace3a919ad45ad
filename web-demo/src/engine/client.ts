// The page's side of the worker.
import { signal, type Signal } from '@preact/signals';
import { asker, type Ask } from './rpc.ts';
import type { Traffic } from './types.ts';
import type { EngineApi } from './worker.ts';

/** What has been read of each document. */
export const traffic: Signal<ReadonlyMap<number, Traffic>> = signal(new Map());

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });

/** Asks the worker. */
export const ask: Ask<EngineApi> = asker<EngineApi>(worker, (event) => {
  const { traffic: told } = event as { traffic: Traffic };
  traffic.value = new Map(traffic.value).set(told.doc, told);
});
