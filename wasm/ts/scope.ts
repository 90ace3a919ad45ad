import { onAbort, type Ending } from './abort.js';
import { NpyError } from './errors.js';

/** What is open, and the operations on it. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #onClose: () => void;
  readonly #running = new Set<Operation>();
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
   * Runs an operation, which ends when the caller's signal aborts and when this is closed. If it fails, what it has begun is
   * given up. Aborts reject with their reason.
   */
  async run<T>(signal: AbortSignal | undefined, work: (ending: Ending) => Promise<T>): Promise<T> {
    this.check();
    const operation = new Operation(signal);
    operation.throwIfAborted();
    this.#enter(operation);
    try {
      return await work(operation);
    } catch (error) {
      operation.throwIfAborted();
      operation.abort(error);
      throw error;
    } finally {
      this.#leave(operation);
      operation.end();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const operation of this.#running) operation.abort(closed());
    this.#onClose();
  }

  #enter(operation: Operation): void {
    this.#running.add(operation);
    if (this.#parent) this.#parent.#enter(operation);
  }

  #leave(operation: Operation): void {
    this.#running.delete(operation);
    if (this.#parent) this.#parent.#leave(operation);
  }
}

class Operation implements Ending {
  readonly #outer: AbortSignal | undefined;
  #controller: AbortController | undefined;
  /** Why it was ended. */
  #reason: { readonly reason: unknown } | undefined;
  #forget: (() => void) | undefined;

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason.reason);
      const outer = this.#outer;
      if (outer?.aborted) this.abort(outer.reason);
      else if (outer) this.#forget = onAbort(outer, () => this.abort(outer.reason));
    }
    return this.#controller.signal;
  }

  throwIfAborted(): void {
    this.#outer?.throwIfAborted();
    if (this.#reason) throw this.#reason.reason;
  }

  abort(reason: unknown): void {
    this.#reason ??= { reason };
    this.#controller?.abort(reason);
  }

  /** Leaves nothing behind with the caller's signal. */
  end(): void {
    this.#forget?.();
  }
}

function closed(): NpyError {
  return new NpyError('ERR_CLOSED', 'the array or archive was closed');
}

/** The key of the method that `using` calls. Some engines do not have it yet. */
export const DISPOSE: typeof Symbol.dispose =
  (Symbol.dispose as typeof Symbol.dispose | undefined) ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
