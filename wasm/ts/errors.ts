/** What went wrong, for programs: see {@link NpyError}. */
export type NpyErrorCode =
  /** The file does not begin as .npy (or .npz) files do. */
  | 'ERR_MAGIC'
  /** A version of the format that does not exist. */
  | 'ERR_VERSION'
  /** The header cannot be read, or declares what no array can be. */
  | 'ERR_HEADER'
  /** A dtype that does not exist, or that cannot do what was asked. */
  | 'ERR_DTYPE'
  /** Pickled Python objects, which are never read. */
  | 'ERR_OBJECT_DTYPE'
  /** The source ends before the data does. */
  | 'ERR_TRUNCATED'
  /** A selection that the array does not have, in NumPy's words. */
  | 'ERR_SELECTION'
  /** An integer that a `number` cannot hold exactly. */
  | 'ERR_UNSAFE_INT'
  /** More than a limit, this machine or JavaScript can hold. */
  | 'ERR_TOO_LARGE'
  /** `view()` of what does not lie in memory as a typed array could show it. */
  | 'ERR_NOT_VIEWABLE'
  /** The server refused, or could not be reached: `detail` has `status` and `url`. */
  | 'ERR_HTTP'
  /** The server ignores `Range`: see {@link OpenOptions.withoutRange}. */
  | 'ERR_RANGE_UNSUPPORTED'
  /** The server, or another source, gave other bytes than it was asked for. */
  | 'ERR_RANGE_MISMATCH'
  /** The file is not the one that was opened any more. */
  | 'ERR_CHANGED'
  /** The archive is damaged, or lacks the member. */
  | 'ERR_ZIP'
  /** A member that is compressed or encrypted in a way that NumPy does not use. */
  | 'ERR_ZIP_METHOD'
  /** The checksum of a member is wrong. */
  | 'ERR_ZIP_CRC'
  /** The array or archive was closed. */
  | 'ERR_CLOSED';

/**
 * Every error that the package finds. Wrong kinds of arguments are a `TypeError`, an abort is the reason of its signal.
 *
 * @example
 * ```js
 * import { NpyError, openNpy } from 'npymap';
 *
 * try {
 *   await openNpy(new Uint8Array([1, 2, 3]));
 * } catch (error) {
 *   if (error instanceof NpyError && error.code === 'ERR_MAGIC') console.log(error.message);
 *   else throw error;
 * }
 * ```
 */
export class NpyError extends Error {
  /** What went wrong. */
  readonly code: NpyErrorCode;
  /** Facts about it, by name: offsets, sizes, statuses. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(code: NpyErrorCode, message: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'NpyError';
    this.code = code;
    this.detail = detail;
  }
}
