// Questions to the worker and its answers. A question can be aborted, and can be told how far it has come.

/** What may be asked: names, with what goes in and what comes out. */
export type Api = Record<string, (args: never, ctx: Context) => Promise<unknown>>;

export interface Context {
  signal: AbortSignal;
  progress(done: number, total: number): void;
  /** Hands memory of the answer over instead of copying it. */
  transfer(...objects: Transferable[]): void;
}

export interface AskOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export type Ask<A extends Api> = <K extends keyof A & string>(
  name: K,
  args: Parameters<A[K]>[0],
  opts?: AskOptions,
) => Promise<Awaited<ReturnType<A[K]>>>;

/** An error as it was in the worker. */
export class Fault extends Error {
  readonly code: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor({ name, message, code, detail }: FaultText) {
    super(message);
    this.name = name;
    this.code = code;
    this.detail = detail;
  }
}

interface FaultText {
  name: string;
  message: string;
  code: string | undefined;
  detail: Record<string, unknown>;
}

type ToWorker = { id: number; name: string; args: unknown } | { abort: number };
type FromWorker =
  | { id: number; value: unknown }
  | { id: number; fault: FaultText }
  | { id: number; done: number; total: number }
  | { event: unknown };

/** A port to the one who answers: a worker, or one end of a channel. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** Answers questions that come through a port. Returns a function that sends what nobody asked for. */
export function answer(port: Port, api: Api): (event: unknown) => void {
  const running = new Map<number, AbortController>();
  const send = (message: FromWorker, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  port.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    if ('abort' in data) {
      running.get(data.abort)?.abort();
      return;
    }
    const { id, name, args } = data;
    const controller = new AbortController();
    running.set(id, controller);
    const objects: Transferable[] = [];
    const ctx: Context = {
      signal: controller.signal,
      progress: (done, total) => send({ id, done, total }),
      transfer: (...more) => objects.push(...more),
    };
    void (async () => {
      try {
        const value = await api[name]!(args as never, ctx);
        if (!controller.signal.aborted) send({ id, value }, objects);
      } catch (error) {
        if (!controller.signal.aborted) send({ id, fault: faultText(error) });
      } finally {
        running.delete(id);
      }
    })();
  });
  return (event) => send({ event });
}

/** Asks through a port. */
export function asker<A extends Api>(port: Port, onEvent: (event: unknown) => void): Ask<A> {
  interface Waiting {
    resolve(value: never): void;
    reject(reason: unknown): void;
    onProgress: AskOptions['onProgress'];
  }
  const waiting = new Map<number, Waiting>();
  let last = 0;
  port.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if ('event' in data) {
      onEvent(data.event);
      return;
    }
    const question = waiting.get(data.id);
    if (!question) return;
    if ('total' in data) {
      question.onProgress?.(data.done, data.total);
      return;
    }
    waiting.delete(data.id);
    if ('fault' in data) question.reject(new Fault(data.fault));
    else question.resolve(data.value as never);
  });
  return (name, args, { signal, onProgress } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      last += 1;
      const id = last;
      waiting.set(id, { resolve, reject, onProgress });
      signal?.addEventListener('abort', () => {
        // Whatever the worker still says is not heard.
        if (!waiting.delete(id)) return;
        port.postMessage({ abort: id }, []);
        reject(signal.reason);
      });
      port.postMessage({ id, name, args }, []);
    });
}

function faultText(error: unknown): FaultText {
  const { name = 'Error', message = String(error), code, detail } = error as Partial<FaultText>;
  return { name, message, code, detail: plain(detail) };
}

/** What can be copied to the page. */
function plain(detail: unknown): Record<string, unknown> {
  try {
    return structuredClone((detail ?? {}) as Record<string, unknown>);
  } catch {
    return {};
  }
}
