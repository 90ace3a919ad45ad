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
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, onAbort?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      onAbort?.();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    const end = () => signal.removeEventListener('abort', abort);
    promise.then(
      (value) => (end(), resolve(value)),
      (error) => (end(), reject(error)),
    );
  });
}
