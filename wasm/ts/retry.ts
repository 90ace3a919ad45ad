// Trying again what may work a little later.
import { abortable } from './abort.js';

/** The most attempts at one request. */
const ATTEMPTS = 4;
/** The first wait, in milliseconds; each one after it is twice as long, less up to a half by chance. */
const FIRST_WAIT = 250;
/** A server that wants more patience than this, in milliseconds, is taken to refuse. */
const MAX_WAIT = 30_000;

/** A failure that may pass. */
export class Transient {
  constructor(
    /** What to throw when patience is at an end. */
    readonly error: unknown,
    /** The server's `Retry-After`. */
    readonly retryAfter?: string | null,
  ) {}
}

/** Makes attempts as long as they throw {@link Transient}, with exponential back-off. */
export async function retrying<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Transient)) throw error;
      const wait = milliseconds(error.retryAfter) ?? FIRST_WAIT * 2 ** (attempts - 1) * (1 - Math.random() / 2);
      if (attempts === ATTEMPTS || wait > MAX_WAIT) throw error.error;
      await sleep(wait, signal);
    }
  }
}

/** `Retry-After` in seconds, or as a date. */
function milliseconds(retryAfter: string | null | undefined): number | undefined {
  if (!retryAfter) return undefined;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function sleep(wait: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, wait);
  });
  return abortable(waited, signal, () => clearTimeout(timer));
}
