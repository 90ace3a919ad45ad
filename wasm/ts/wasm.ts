// The instance of the module: made when it is first needed, and anew when one has trapped.
import type { Boundary, ErrorText } from './boundary.js';
import { NpyError, type NpyErrorCode } from './errors.js';
import { create } from './glue.js';

/** Runs what is written in Rust. */
export class Engine {
  readonly #load: () => Promise<WebAssembly.Module>;
  #module: WebAssembly.Module | undefined;
  #wasm: Boundary | undefined;

  constructor(load: () => Promise<WebAssembly.Module>) {
    this.#load = load;
  }

  /** Loads the module, after which `call` works. */
  async ready(): Promise<void> {
    if (!this.#module) this.use(await this.#load());
  }

  /** Takes a module unless there is one. */
  use(module: WebAssembly.Module): void {
    this.#module ??= module;
  }

  get isReady(): boolean {
    return this.#module !== undefined;
  }

  /** Calls into the instance, and makes errors of what it throws. After a trap, the next call has a new instance. */
  call<T>(work: (wasm: Boundary) => T): T {
    try {
      return work((this.#wasm ??= this.#instance()));
    } catch (error) {
      if (typeof error === 'string') throw asError(JSON.parse(error) as ErrorText);
      if (error instanceof WebAssembly.RuntimeError) this.#wasm = undefined;
      throw error;
    }
  }

  /** Calls what answers in JSON. */
  json<T>(work: (wasm: Boundary) => string): T {
    return JSON.parse(this.call(work)) as T;
  }

  #instance(): Boundary {
    if (!this.#module) throw new Error('npymap/slim: call init() first');
    return create(this.#module);
  }
}

/** The error that Rust tells. */
export function asError({ code, message, detail }: ErrorText): NpyError {
  return new NpyError(code as NpyErrorCode, message, detail);
}

/** Lets go of a handle; that of an instance that trapped may be beyond it. */
export function free(handle: { free(): void }): void {
  try {
    handle.free();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
}

/** Bytes as text, most of them one sign each: see `inline` of `xtask/pack-npm.mjs`. */
export interface Inlined {
  /** The signs; each of the last three begins a pair. */
  readonly alphabet: string;
  /** Which byte each sign, and then each pair, stands for. */
  readonly order: readonly number[];
  readonly text: string;
}

export function decode({ alphabet, order, text }: Inlined): Uint8Array<ArrayBuffer> {
  const places = new Uint8Array(128);
  for (let i = 0; i < alphabet.length; i += 1) places[alphabet.charCodeAt(i)] = i;
  const single = alphabet.length - 3;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    let place = places[text.charCodeAt(i)]!;
    if (place >= single) {
      i += 1;
      place = single + (place - single) * alphabet.length + places[text.charCodeAt(i)]!;
    }
    bytes[length] = order[place]!;
    length += 1;
  }
  return bytes.subarray(0, length);
}
