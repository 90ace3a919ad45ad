// Bytes of a URL, by Range requests whose answers are believed in nothing that they can be checked for.
import { NpyError, type NpyErrorCode } from '../errors.js';
import { retrying, Transient } from '../retry.js';
import type { OpenOptions } from '../types.js';
import { changed, FIRST_BYTES, truncated, type Source } from './source.js';

const MAX_DOWNLOAD = 32 << 20;

/**
 * A file on a server. All requests are ones that browsers make across origins without asking first: GET with one closed
 * range, and HEAD if there is no other way to learn the size.
 */
export class HttpSource implements Source {
  size: number | undefined;
  /** The whole file, if the server gave it. */
  memory: Uint8Array | undefined;
  readonly #request: Request;
  readonly #opts: OpenOptions;
  /** `ETag` and `Last-Modified` of the first answer that had them. */
  readonly #validators = new Map<string, string>();

  constructor(request: Request, opts: OpenOptions) {
    this.#request = request;
    this.#opts = opts;
  }

  async first(signal: AbortSignal): Promise<Uint8Array> {
    return this.#get(0, FIRST_BYTES, true, signal);
  }

  async read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.#get(start, end, false, signal);
  }

  async measure(signal: AbortSignal): Promise<number> {
    const { headers } = await this.#send({ method: 'HEAD' }, signal, async (response) => {
      if (response.status !== 200) throw this.#refused(response);
      return response;
    });
    const length = headers.get('Content-Length');
    if (length === null || isEncoded(headers)) {
      throw this.#error('ERR_HTTP', 'the server does not tell how long the file is; it may have to expose Content-Range', {
        status: 200,
      });
    }
    return (this.size = Number(length));
  }

  #get(start: number, end: number, isFirst: boolean, signal: AbortSignal): Promise<Uint8Array> {
    const headers = new Headers(this.#request.headers);
    headers.set('Range', `bytes=${start}-${end - 1}`);
    return this.#send({ headers }, signal, async (response) => {
      const range = contentRange(response.headers);
      switch (response.status) {
        case 200:
          return this.#whole(response, start, end, isFirst);
        case 206:
          return this.#part(response, start, end, isFirst, range);
        case 416:
          return this.#notThere(response, start, end, isFirst, range?.total);
        default:
          throw this.#refused(response);
      }
    });
  }

  /** Makes a request until there is an answer that `accept` takes. What it does not take is not downloaded. */
  #send<T>(init: RequestInit, signal: AbortSignal, accept: (response: Response) => Promise<T>): Promise<T> {
    return retrying(signal, async () => {
      let response: Response | undefined;
      try {
        response = await (this.#opts.fetch ?? fetch)(new Request(this.#request, { ...init, signal }));
        return await accept(response);
      } catch (error) {
        response?.body?.cancel().catch(() => {});
        // So the network fails, before the headers or behind them.
        if (error instanceof TypeError) {
          throw new Transient(this.#error('ERR_HTTP', `the request failed: ${error.message}`, {}, error));
        }
        throw error;
      }
    });
  }

  /** The answer of a server that knows ranges. */
  async #part(
    response: Response,
    start: number,
    end: number,
    isFirst: boolean,
    range: ContentRange | undefined,
  ): Promise<Uint8Array> {
    const { headers } = response;
    this.#checkUnchanged(headers, range?.total);
    const wrong = (how: string): NpyError =>
      this.#error('ERR_RANGE_MISMATCH', `the server was asked for bytes ${start}-${end - 1} and ${how}`, { start, end });

    const type = headers.get('Content-Type') ?? '';
    if (/^multipart\//i.test(type)) throw wrong('answered with several parts');
    if (isEncoded(headers)) throw wrong(`encoded them (${clip(headers.get('Content-Encoding'))})`);
    const text = headers.get('Content-Range');
    let length = end - start;
    if (text !== null) {
      // Only the end of the file excuses less than was asked for.
      const isRight = range?.start === start && (range.end === end || (range.end < end && range.end === range.total));
      if (!isRight) throw wrong(`gave others (Content-Range: ${clip(text)})`);
      length = range.end - start;
    }
    const declared = headers.get('Content-Length');
    if (declared !== null && text !== null && Number(declared) !== length) throw wrong(`declares ${clip(declared)} bytes`);

    const bytes = await body(response, length);
    if (!bytes) throw wrong(`gave more than ${length} bytes`);
    const isShort = bytes.length < length;
    // So a part at the end of the file looks across origins, where Content-Range is hidden.
    const isEnd = text === null && (declared === null || Number(declared) === bytes.length);
    if (isShort && !isEnd) throw wrong(`gave ${bytes.length} bytes`);

    const found = start + bytes.length;
    if (range?.total !== undefined) this.size = range.total;
    else if (isShort && isFirst) this.size = found;
    if (found < end && !isFirst) throw truncated(end, found);
    return bytes;
  }

  /** The answer of a server that ignores ranges, unless the file is so small that it is the same. */
  async #whole(response: Response, start: number, end: number, isFirst: boolean): Promise<Uint8Array> {
    const { withoutRange, maxDownloadBytes = MAX_DOWNLOAD } = this.#opts;
    const isAllowed = withoutRange === 'download';
    const limit = isAllowed ? Math.max(end, maxDownloadBytes) : end;
    const declared = isEncoded(response.headers) ? null : response.headers.get('Content-Length');
    const bytes = declared !== null && Number(declared) > limit ? undefined : await body(response, limit);
    if (!bytes) {
      const advice = isAllowed ? `and the file has more than ${limit} bytes` : "; withoutRange: 'download' takes all of it";
      throw this.#error('ERR_RANGE_UNSUPPORTED', `the server ignores Range ${advice}`, {
        status: 200,
        ...(isAllowed && { maxDownloadBytes }),
        ...(declared !== null && { contentLength: Number(declared) }),
      });
    }
    this.#checkUnchanged(response.headers, bytes.length);
    this.size = bytes.length;
    this.memory = bytes;
    if (bytes.length < end && !isFirst) throw truncated(end, bytes.length);
    return bytes.subarray(start, end);
  }

  /** The answer 416: the file has no such bytes. */
  #notThere(
    response: Response,
    start: number,
    end: number,
    isFirst: boolean,
    total: number | undefined,
  ): Uint8Array {
    this.#checkUnchanged(new Headers(), total);
    if (isFirst) {
      if (total !== 0) throw this.#refused(response);
      this.size = 0;
      return new Uint8Array(0);
    }
    if (total !== undefined && total >= end) {
      throw this.#error('ERR_RANGE_MISMATCH', `the server has no bytes ${start}-${end - 1} of ${total}`, { start, end });
    }
    if (this.size !== undefined) throw changed(`the server has no bytes ${start}-${end - 1} any more`, { start, end });
    throw truncated(end, total ?? start);
  }

  #checkUnchanged(headers: Headers, total: number | undefined): void {
    if (total !== undefined && this.size !== undefined && total !== this.size) {
      throw changed(`it has ${total} bytes, expected ${this.size}`, { expected: this.size, found: total });
    }
    for (const name of ['ETag', 'Last-Modified']) {
      // Proxies that compress make tags weak.
      const found = headers.get(name)?.replace(/^W\//, '');
      if (found === undefined) continue;
      const expected = this.#validators.get(name);
      if (expected !== undefined && expected !== found) {
        throw changed(`${name} is ${clip(found)}, expected ${clip(expected)}`, { expected, found });
      }
      this.#validators.set(name, found);
    }
  }

  #refused(response: Response): unknown {
    const { status } = response;
    const error = this.#error('ERR_HTTP', `the server answered ${status} ${clip(response.statusText)}`.trimEnd(), { status });
    return status === 429 || status === 503 ? new Transient(error, response.headers.get('Retry-After')) : error;
  }

  #error(code: NpyErrorCode, message: string, detail: Record<string, unknown>, cause?: unknown): NpyError {
    return new NpyError(code, message, { url: this.#request.url, ...detail }, cause);
  }
}

interface ContentRange {
  start: number | undefined;
  end: number;
  total: number | undefined;
}

function contentRange(headers: Headers): ContentRange | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/i.exec(headers.get('Content-Range') ?? '');
  if (!match) return undefined;
  const [start, last, total] = match.slice(1).map((digits) => (/^\d/.test(digits ?? '') ? Number(digits) : undefined));
  return { start, end: (last ?? -1) + 1, total };
}

function isEncoded(headers: Headers): boolean {
  return !/^(identity)?$/i.test(headers.get('Content-Encoding') ?? '');
}

/** The whole body; `undefined` if it is longer than the limit, and then the rest is not read. */
async function body(response: Response, limit: number): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** As much of a server's text as goes into a message. */
function clip(text: string | null): string {
  return (text ?? '').replace(/[^ -~]/g, '?').slice(0, 40);
}
