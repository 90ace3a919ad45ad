// Opening, with an eye on every byte that is read.
import { open, openRaw, type Input, type NpyArray, type NpzArchive, type OpenOptions } from 'npymap/slim';
import { parseRaw } from '../text/raw.ts';
import type { ArrayFacts, MemberFacts, Opened, Origin, Ref, Traffic, TrafficEntry } from './types.ts';

/** How many requests are remembered. */
const LOG = 200;

interface Document {
  opened: NpyArray | NpzArchive;
  size: number | null;
  /** Whether bytes come through a network. */
  isRemote: boolean;
  arrays: Map<string, Promise<NpyArray>>;
}

/** The files that are open. */
export class Documents {
  readonly #documents = new Map<number, Document>();
  readonly #report: (traffic: Traffic) => void;
  #last = 0;

  constructor(report: (traffic: Traffic) => void) {
    this.#report = report;
  }

  /** Opens what is to be found there, or what `raw` says that it is. */
  async open(origin: Origin, raw: string | null, signal: AbortSignal): Promise<Opened> {
    this.#last += 1;
    const doc = this.#last;
    const meter = new Meter(doc, this.#report);
    let size: number | null = null;
    let opened: NpyArray | NpzArchive;
    const openAs = (input: Input, opts: OpenOptions): Promise<NpyArray | NpzArchive> => (raw === null ? open(input, opts) : openAsRaw(input, raw, opts));
    if (typeof origin === 'string') {
      const fetchCounted = async (request: Request): Promise<Response> => {
        const response = await meter.response(request);
        size ??= total(response);
        return response;
      };
      opened = await openAs(origin, { signal, fetch: fetchCounted, withoutRange: 'download' });
    } else {
      size = (origin instanceof File ? origin : await origin.getFile()).size;
      opened = await openAs(origin, { signal, onRead: (start, end) => meter.read(start, end) });
    }
    const document: Document = { opened, size, isRemote: typeof origin === 'string', arrays: new Map() };
    this.#documents.set(doc, document);
    if ('keys' in opened) return { doc, size, array: null, members: opened.keys.map((key) => member(opened, key)) };
    return { doc, size, array: facts(opened), members: null };
  }

  close(doc: number): void {
    this.#documents.get(doc)?.opened.close();
    this.#documents.delete(doc);
  }

  /** The array of a reference, opened if need be. */
  array({ doc, member, as }: Ref): Promise<NpyArray> {
    const document = this.#document(doc);
    const key = JSON.stringify([member, as]);
    let array = document.arrays.get(key);
    if (!array) {
      array = openArray(document, member, as);
      document.arrays.set(key, array);
      // Another try may succeed.
      array.catch(() => document.arrays.delete(key));
    }
    return array;
  }

  isRemote(doc: number): boolean {
    return this.#document(doc).isRemote;
  }

  #document(doc: number): Document {
    const document = this.#documents.get(doc);
    if (!document) throw new Error('the file was closed');
    return document;
  }
}

export function facts(array: NpyArray): ArrayFacts {
  const { descr, dtype, shape, strides, size, itemsize, nbytes, fortranOrder, header, warnings } = array;
  return { descr, dtype, shape, strides, size, itemsize, nbytes, fortranOrder, header, warnings };
}

async function openAsRaw(input: Input, text: string, opts: OpenOptions): Promise<NpyArray> {
  const raw = parseRaw(text);
  if (!raw) throw new TypeError(`${JSON.stringify(text.slice(0, 80))} does not say how raw numbers are to be read`);
  const { dtype, shape, offset, order } = raw;
  return openRaw(input, shape ? { dtype, shape, offset, order } : { dtype, offset, order }, opts);
}

async function openArray({ opened }: Document, member: string | null, as: string | null): Promise<NpyArray> {
  const array = 'keys' in opened ? await opened.open(member ?? '') : opened;
  return as === null ? array : array.astype(as);
}

function member(archive: NpzArchive, key: string): MemberFacts {
  try {
    return { key, ...archive.entry(key) };
  } catch {
    // It can be listed, and opening it says what is wrong with it.
    return { key, name: key, method: 'stored', compressedSize: Number.NaN, size: Number.NaN, crc32: 0 };
  }
}

/** The size of the whole file, where an answer shows it. */
function total(response: Response): number | null {
  const match = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '');
  return match ? Number(match[1]) : null;
}

/** Counts the bytes and requests of a document. */
class Meter {
  readonly #doc: number;
  readonly #report: (traffic: Traffic) => void;
  #requests = 0;
  #bytes = 0;
  #running = 0;
  #log: TrafficEntry[] = [];
  #isDue = false;

  constructor(doc: number, report: (traffic: Traffic) => void) {
    this.#doc = doc;
    this.#report = report;
  }

  /** What was read of a file. */
  read(start: number, end: number): void {
    this.#requests += 1;
    this.#remember({ start, end, at: performance.now(), took: null, status: 'file' });
    this.#count(end - start);
  }

  /** An answer whose body is counted as it arrives. */
  async response(request: Request): Promise<Response> {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('Range') ?? '');
    const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, 0];
    const done = this.#begin(start, end);
    try {
      const response = await fetch(request);
      done(String(response.status));
      const { body } = response;
      if (!body) return response;
      const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          this.#count(chunk.byteLength);
          controller.enqueue(chunk);
        },
      });
      return Object.defineProperty(response, 'body', { value: body.pipeThrough(counter) });
    } catch (error) {
      done(request.signal.aborted ? 'aborted' : 'failed');
      throw error;
    }
  }

  #begin(start: number, end: number): (status: string) => void {
    this.#requests += 1;
    this.#running += 1;
    const at = performance.now();
    this.#tell();
    return (status) => {
      this.#running -= 1;
      this.#remember({ start, end, at, took: performance.now() - at, status });
      this.#tell();
    };
  }

  #remember(entry: TrafficEntry): void {
    this.#log.push(entry);
    if (this.#log.length > LOG) this.#log.shift();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#tell();
  }

  /** Not more often than anybody can see. */
  #tell(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      this.#report({ doc: this.#doc, requests: this.#requests, bytes: this.#bytes, running: this.#running, log: this.#log });
    }, 50);
  }
}
