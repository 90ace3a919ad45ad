import { NpyError } from './errors.js';

/** What is open, and the operations on it. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #onClose: () => void;
  readonly #running = new Set<AbortController>();
  #isClosed = false;

  constructor(onClose: () => void, parent?: Scope) {
    this.#onClose = onClose;
    this.#parent = parent;
  }

  /** Throws ERR_CLOSED if it is. */
  check(): void {
    this.#parent?.check();
    if (this.#isClosed) throw closed();
  }

  /**
   * Runs an operation with a signal that aborts when the caller's does, when this is closed, and when the operation is
   * over, so that it leaves nothing behind. Aborts reject with their reason.
   */
  async run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.check();
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#enter(controller);
    try {
      return await work(controller.signal);
    } catch (error) {
      controller.signal.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#leave(controller);
      controller.abort(OVER);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const controller of this.#running) controller.abort(closed());
    this.#onClose();
  }

  #enter(controller: AbortController): void {
    this.#running.add(controller);
    if (this.#parent) this.#parent.#enter(controller);
  }

  #leave(controller: AbortController): void {
    this.#running.delete(controller);
    if (this.#parent) this.#parent.#leave(controller);
  }
}

const OVER = 'the operation is over';

function closed(): NpyError {
  return new NpyError('ERR_CLOSED', 'the array or archive was closed');
}

/** The key of the method that `using` calls. Some engines do not have it yet. */
export const DISPOSE: typeof Symbol.dispose =
  (Symbol.dispose as typeof Symbol.dispose | undefined) ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
