/** How an operation can end before its time: a signal that is only made when something listens to it, since that is dear. */
export interface Ending {
  /** Throws the reason if the operation has to end. */
  throwIfAborted(): void;
  readonly signal: AbortSignal;
}

/** The ending that a signal tells. */
export function endingOf(signal: AbortSignal): Ending {
  return { throwIfAborted: () => signal.throwIfAborted(), signal };
}

/** Waits no longer than until the signal aborts, and rejects with its reason, unwrapped. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, whenAborted?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      whenAborted?.();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    promise.finally(onAbort(signal, abort)).then(resolve, reject);
  });
}

/**
 * Calls back when a signal aborts, until the function that is returned is called. However many wait for it, the signal has
 * one listener: Node.js warns of more than ten.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let waiting = WAITING.get(signal);
  if (!waiting) {
    const callbacks = new Set<() => void>();
    const abort = () => callbacks.forEach((each) => each());
    signal.addEventListener('abort', abort, { once: true });
    waiting = { callbacks, forget: () => signal.removeEventListener('abort', abort) };
    WAITING.set(signal, waiting);
  }
  const { callbacks, forget } = waiting;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    forget();
    WAITING.delete(signal);
  };
}

const WAITING = new WeakMap<AbortSignal, { readonly callbacks: Set<() => void>; forget(): void }>();
