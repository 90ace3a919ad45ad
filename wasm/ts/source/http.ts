// Bytes of a URL, by Range requests whose answers are believed in nothing that they can be checked for.
import { NpyError, type NpyErrorCode } from '../errors.js';
import { concat } from '../ndarray.js';
import { retrying, Transient } from '../retry.js';
import type { OpenOptions } from '../types.js';
import { changed, FIRST_BYTES, truncated, type Source } from './source.js';

const MAX_DOWNLOAD = 32 << 20;

/**
 * A file on a server. All requests are ones that browsers make across origins without asking first: GET with one closed
 * range, and HEAD if there is no other way to learn the size.
 */
export function httpSource(request: Request, opts: OpenOptions): Source {
  /** `ETag` and `Last-Modified` of the first answer that had them. */
  const validators = new Map<string, string>();

  const source: Source = {
    size: undefined,
    memory: undefined,
    isFresh: true,
    first: (signal) => get(0, FIRST_BYTES, true, signal),
    read: (start, end, signal) => get(start, end, false, signal),
    async measure(signal) {
      const length = await send({ method: 'HEAD' }, signal, async ({ status, statusText, headers }) => {
        if (status !== 200) throw refused(status, statusText, headers);
        return isEncoded(headers) ? null : headers.get('Content-Length');
      });
      if (length === null) {
        throw error('ERR_HTTP', 'the server does not tell how long the file is; it may have to expose Content-Range');
      }
      return (source.size = Number(length));
    },
  };
  return source;

  function get(start: number, end: number, isFirst: boolean, signal: AbortSignal): Promise<Uint8Array> {
    const headers = new Headers(request.headers);
    headers.set('Range', `bytes=${start}-${end - 1}`);
    return send({ headers }, signal, (response) => {
      const { status, statusText } = response;
      if (status === 200) return whole(response, start, end, isFirst);
      if (status === 206) return part(response, start, end, isFirst);
      const total = contentRange(response.headers)?.total;
      if (status !== 416 || (isFirst && total !== 0)) throw refused(status, statusText, response.headers);
      return nothing(start, end, isFirst, total);
    });
  }

  /** Makes a request until there is an answer that `accept` takes. What it does not take is not downloaded. */
  function send<T>(init: RequestInit, signal: AbortSignal, accept: (response: Response) => Promise<T>): Promise<T> {
    // The request may have a signal of its own, which a new one replaces.
    const either = AbortSignal.any?.([request.signal, signal]) ?? signal;
    return retrying(signal, async () => {
      let response: Response | undefined;
      try {
        response = await (opts.fetch ?? fetch)(new Request(request, { ...init, signal: either }));
        return await accept(response);
      } catch (cause) {
        response?.body?.cancel().catch(() => {});
        // So the network fails, before the headers or behind them.
        if (cause instanceof TypeError) {
          throw new Transient(error('ERR_HTTP', `the request failed: ${cause.message}`, {}, cause));
        }
        throw cause;
      }
    });
  }

  /** The answer of a server that knows ranges. */
  async function part(response: Response, start: number, end: number, isFirst: boolean): Promise<Uint8Array> {
    const { headers } = response;
    const range = contentRange(headers);
    checkUnchanged(headers, range?.total);
    const wrong = (how: string): NpyError =>
      error('ERR_RANGE_MISMATCH', `the server was asked for bytes ${start}-${end - 1} and ${how}`, { start, end });

    if (/^multipart\//i.test(headers.get('Content-Type') ?? '')) throw wrong('answered with several parts');
    if (isEncoded(headers)) throw wrong('encoded them');
    const text = headers.get('Content-Range');
    let length = end - start;
    if (text !== null) {
      // Only the end of the file excuses less than was asked for.
      const isRight = range?.start === start && (range.end === end || (range.end < end && range.end === range.total));
      if (!isRight) throw wrong(`gave others (Content-Range: ${clip(text)})`);
      length = range.end - start;
    }
    const bytes = await body(response, length);
    if (!bytes) throw wrong(`gave more than ${length} bytes`);
    const declared = headers.get('Content-Length');
    // So a part at the end of the file looks across origins, where Content-Range is hidden.
    const isEnd = text === null && (declared === null || Number(declared) === bytes.length);
    const isShort = bytes.length < length;
    if (isShort && !isEnd) throw wrong(`gave ${bytes.length} bytes`);

    const found = start + bytes.length;
    source.size = range?.total ?? (isShort && isFirst ? found : source.size);
    if (found < end && !isFirst) throw truncated(end, found);
    return bytes;
  }

  /** The answer of a server that ignores ranges, unless the file is so small that it is the same. */
  async function whole(response: Response, start: number, end: number, isFirst: boolean): Promise<Uint8Array> {
    const { withoutRange, maxDownloadBytes = MAX_DOWNLOAD } = opts;
    const isAllowed = withoutRange === 'download';
    const limit = isAllowed ? Math.max(end, maxDownloadBytes) : end;
    const declared = isEncoded(response.headers) ? 0 : Number(response.headers.get('Content-Length'));
    const bytes = declared > limit ? undefined : await body(response, limit);
    if (!bytes) {
      const advice = isAllowed ? `, and the file has more than ${limit} bytes` : "; withoutRange: 'download' takes all of it";
      throw error('ERR_RANGE_UNSUPPORTED', `the server ignores Range${advice}`, { limit });
    }
    checkUnchanged(response.headers, bytes.length);
    source.size = bytes.length;
    source.memory = bytes;
    if (bytes.length < end && !isFirst) throw truncated(end, bytes.length);
    return bytes.subarray(start, end);
  }

  /** The answer 416: the file has no such bytes. */
  async function nothing(start: number, end: number, isFirst: boolean, total: number | undefined): Promise<Uint8Array> {
    checkUnchanged(new Headers(), total);
    if (isFirst) {
      source.size = 0;
      return new Uint8Array(0);
    }
    const text = `the server has no bytes ${start}-${end - 1}`;
    if (total !== undefined && total >= end) throw error('ERR_RANGE_MISMATCH', `${text} of ${total}`, { start, end });
    if (source.size !== undefined) throw changed(text, { start, end });
    throw truncated(end, total ?? start);
  }

  function checkUnchanged(headers: Headers, total: number | undefined): void {
    const { size } = source;
    if (total !== undefined && size !== undefined && total !== size) {
      throw changed(`it has ${total} bytes, expected ${size}`, { expected: size, found: total });
    }
    for (const name of ['ETag', 'Last-Modified']) {
      // Proxies that compress make tags weak.
      const found = headers.get(name)?.replace(/^W\//, '');
      const expected = validators.get(name) ?? found;
      if (found === undefined || expected === undefined) continue;
      if (found !== expected) throw changed(`${name} is ${clip(found)}, expected ${clip(expected)}`, { expected, found });
      validators.set(name, found);
    }
  }

  function refused(status: number, statusText: string, headers: Headers): unknown {
    const reason = error('ERR_HTTP', `the server answered ${status} ${clip(statusText)}`.trimEnd(), { status });
    return status === 429 || status === 503 ? new Transient(reason, headers.get('Retry-After')) : reason;
  }

  function error(code: NpyErrorCode, message: string, detail?: Record<string, unknown>, cause?: unknown): NpyError {
    return new NpyError(code, message, { url: request.url, ...detail }, cause);
  }
}

interface ContentRange {
  start: number;
  end: number;
  total: number | undefined;
}

function contentRange(headers: Headers): ContentRange | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/i.exec(headers.get('Content-Range') ?? '');
  if (!match) return undefined;
  const [, start, last, total] = match;
  return { start: Number(start), end: Number(last) + 1, total: total === '*' ? undefined : Number(total) };
}

function isEncoded(headers: Headers): boolean {
  return !/^(identity)?$/i.test(headers.get('Content-Encoding') ?? '');
}

/** The whole body; `undefined` if it is longer than the limit, and then the rest is not read. */
async function body(response: Response, limit: number): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length;
    if (length > limit) {
      reader?.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(part.value);
  }
  return concat(chunks, length);
}

/** As much of a server's text as goes into a message. */
function clip(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, 40);
}
