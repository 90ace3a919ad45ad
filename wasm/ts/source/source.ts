import { NpyError } from '../errors.js';

/** The first read of a source: the header, and often the whole file. */
export const FIRST_BYTES = 64 << 10;

/** The most that is read at a time. Chromium cannot read much more than a thousand times as much from a file. */
export const MAX_RANGE = 16 << 20;

/** Where the bytes come from, behind the cache. */
export interface Source {
  /** How many bytes there are, where that is known by now. */
  size: number | undefined;
  /** All of them, if they are in memory. */
  memory?: Uint8Array | undefined;
  /** Whether that memory is the caller's own, so that views of it may be given out. */
  isCallers?: boolean;
  /** Whether each read gives memory that nobody else has, as long as not all of it is in memory. */
  readonly isFresh?: boolean;
  /** How many bytes to read ahead of their turn, if not the usual number. */
  readonly ahead?: number;
  /** Up to {@link FIRST_BYTES} from the start, and what can be learned meanwhile. */
  first(signal: AbortSignal): Promise<Uint8Array>;
  /** Exactly these bytes, or an error. `start < end`, and `end` is within the size if there is one. */
  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Finds out the size. */
  measure?(signal: AbortSignal): Promise<number>;
  close?(): void;
}

/** What an operation says when the source ends too soon. */
export function truncated(expected: number, found: number): NpyError {
  return new NpyError('ERR_TRUNCATED', `the source ends at byte ${found}, expected at least ${expected}`, {
    expected,
    found,
  });
}

/** The error for sources that changed since they were opened. */
export function changed(how: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown): NpyError {
  return new NpyError('ERR_CHANGED', `the source has changed since it was opened: ${how}`, detail, cause);
}
