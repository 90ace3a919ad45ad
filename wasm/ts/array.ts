import type { Ending } from './abort.js';
import { descrText, numberOf, numbersOf, shown, textOf, wordOf } from './arguments.js';
import type { Boundary, Facts, HeaderText, PlanText, ResultText, Task, ViewText } from './boundary.js';
import type { Cache } from './cache.js';
import type { Checksum } from './checksum.js';
import { NpyError } from './errors.js';
import { figures } from './figures.js';
import { allocate, bytesOf, Strings, tagOf, typedArray } from './ndarray.js';
import { copying, run, type Tiles } from './run.js';
import { DISPOSE, Scope } from './scope.js';
import { selectionText } from './selection.js';
import { MAX_RANGE } from './source/source.js';
import type {
  Chunk,
  ChunkOptions,
  Descr,
  Histogram,
  NdArray,
  NpyArray,
  ReadOptions,
  ReadPlan,
  Scalar,
  Selection,
  Stats,
  StringArray,
  TypedArray,
} from './types.js';
import { free, type Engine } from './wasm.js';

const GAP = 32 << 10;
const MAX_RANGES = 1 << 16;
const CHUNK_BYTES = 4 << 20;
/** Results up to this size are allocated before it is known whether there is so much data. */
const UNSEEN_BYTES = 64 << 20;

/** What all views of a file have in common. */
export interface OpenFile {
  readonly engine: Engine;
  readonly cache: Cache;
  readonly scope: Scope;
  readonly gap: number | undefined;
  readonly header: HeaderText['header'] | null;
  readonly fortranOrder: boolean;
  readonly warnings: readonly string[];
  /** Where the data begins and ends in the source. */
  readonly base: number;
  readonly end: number;
  readonly checksum?: Checksum | undefined;
}

/** What operations begin with. */
type Place = [code: string, base: number, gap: number, maxRange: number];

/** A view of an opened file. */
export class LazyArray implements NpyArray {
  readonly descr: Descr;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly ndim: number;
  readonly size: number;
  readonly itemsize: number;
  readonly nbytes: number;
  readonly #file: OpenFile;
  readonly #facts: Facts;

  constructor(file: OpenFile, facts: Facts) {
    this.#file = file;
    this.#facts = facts;
    this.descr = facts.descr as Descr;
    this.dtype = facts.dtype;
    this.shape = Object.freeze(facts.shape);
    this.strides = Object.freeze(facts.strides);
    this.ndim = facts.shape.length;
    this.size = facts.size;
    this.itemsize = facts.itemsize;
    this.nbytes = facts.nbytes;
  }

  get fortranOrder(): boolean {
    return this.#file.fortranOrder;
  }

  get header(): OpenFile['header'] {
    return this.#file.header;
  }

  get warnings(): readonly string[] {
    return this.#file.warnings;
  }

  slice(selection: Selection): LazyArray {
    return this.#derive((wasm) => wasm.select(this.#facts.code, selectionText(selection)));
  }

  transpose(axes?: readonly number[]): LazyArray {
    return this.#derive((wasm) => wasm.transpose(this.#facts.code, axes && numbersOf(axes, 'axes')));
  }

  field(name: string): LazyArray {
    return this.#derive((wasm) => wasm.field(this.#facts.code, textOf(name, 'the name of the field')));
  }

  astype(dtype: Descr): LazyArray {
    return this.#derive((wasm) => wasm.view(this.#facts.code, descrText(dtype)));
  }

  plan(): ReadPlan {
    const { engine, base, gap = GAP } = this.#file;
    const { zeroCopy, ...plan } = engine.json<PlanText>((wasm) => wasm.plan(this.#facts.code, base, gap, MAX_RANGE, MAX_RANGES));
    return { ...plan, requests: plan.ranges.length, zeroCopy };
  }

  read<T extends TypedArray>(opts: ReadOptions & { out: T }): Promise<NdArray<T>>;
  read(opts?: ReadOptions): Promise<NdArray>;
  read(opts: ReadOptions = {}): Promise<NdArray> {
    return this.#read(opts);
  }

  view(): NdArray {
    const { engine, cache, scope, base } = this.#file;
    scope.check();
    const { memory, isCallers } = cache.source;
    if (!memory || !isCallers) {
      throw new NpyError('ERR_NOT_VIEWABLE', 'the array is not in memory of the caller: read() it', {});
    }
    const { array, start, length, ...rest } = engine.json<ViewText>((wasm) =>
      wasm.viewSpec(this.#facts.code, base, memory.byteOffset, memory.byteLength),
    );
    return { data: typedArray(array, memory.buffer, start, length), ...rest, dtype: this.dtype };
  }

  async at(...index: number[]): Promise<Scalar> {
    if (index.length !== this.ndim) {
      throw new NpyError('ERR_SELECTION', `at() takes an index for each of ${this.ndim} axes, ${index.length} were given`);
    }
    if (!index.every((item) => typeof item === 'number' || typeof item === 'bigint')) {
      throw new NpyError('ERR_SELECTION', 'at() takes integers: slice() and read() give more than one element');
    }
    this.#file.scope.check();
    const { data } = await this.slice(index).#read({}, this.#file.end);
    if ('get' in data) return data.get(0);
    if (this.dtype === 'bool') return data[0] === 1;
    if (this.dtype.startsWith('|V')) return data as Uint8Array;
    const [value, imaginary] = data;
    return imaginary === undefined ? value! : [value as number, imaginary as number];
  }

  async *chunks(opts: ChunkOptions = {}): AsyncGenerator<Chunk, undefined> {
    const { bytes = CHUNK_BYTES, ...how } = opts;
    const { scope, engine } = this.#file;
    scope.check();
    const [length] = this.shape;
    if (length === undefined) {
      yield { start: 0, array: await this.read(how) };
      return;
    }
    const step = engine.call((wasm) => wasm.rowsPerChunk(this.#facts.code, numberOf(bytes, 'bytes')));
    // What is read ahead ends when the caller has enough.
    const ahead = new Scope(() => {}, scope);
    const all = new LazyArray({ ...this.#file, scope: ahead }, this.#facts);
    const begin = (start: number): Promise<NdArray> | undefined => {
      if (start >= length) return undefined;
      const chunk = all.slice(`[${start}:${Math.min(start + step, length)}]`).read(how);
      chunk.catch(() => {});
      return chunk;
    };
    try {
      let next = begin(0);
      for (let start = 0; next; start += step) {
        const array: NdArray = await next;
        next = begin(start + step);
        yield { start, array };
      }
    } finally {
      ahead.close();
    }
  }

  stats(opts: { signal?: AbortSignal | undefined; onProgress?: ReadOptions['onProgress'] } = {}): Promise<Stats> {
    return this.#count(undefined, opts);
  }

  histogram(
    opts: { bins: number; range?: readonly [number, number] | undefined } & Pick<ReadOptions, 'signal' | 'onProgress'>,
  ): Promise<Histogram> {
    return this.#count(opts, opts);
  }

  text(opts: { signal?: AbortSignal | undefined } = {}): Promise<string> {
    return this.#work(
      opts,
      (wasm, ...layout) => wasm.Task.printing(...layout),
      async (printing, ending) => {
        await this.#run(printing, ending, {}, this.#file.end);
        return this.#file.engine.call(() => printing.result());
      },
    );
  }

  async elements({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    const { engine } = this.#file;
    // Before anything is read.
    engine.call((wasm) => wasm.texts(this.#facts.code));
    const { data } = await this.read({ bytes: true, signal });
    return engine.json((wasm) => wasm.texts(this.#facts.code, data as Uint8Array));
  }

  close(): void {
    this.#file.scope.close();
  }

  [DISPOSE](): void {
    this.close();
  }

  #derive(work: (wasm: Boundary) => string): LazyArray {
    return new LazyArray(this.#file, this.#file.engine.json<Facts>(work));
  }

  #read(opts: ReadOptions, blocksUpTo?: number): Promise<NdArray> {
    const { dtype, size } = this;
    const make = (wasm: Boundary, ...layout: Place) => {
      const int64 = wordOf(opts.int64, 'int64', ['bigint', 'number']);
      const float16 = wordOf(opts.float16, 'float16', ['float32', 'bits']);
      return wasm.Task.reading(...layout, int64 === 'number', float16 === 'bits', opts.bytes === true);
    };
    return this.#work(
      opts,
      make,
      async (reading, ending) => {
        const { engine } = this.#file;
        const { array, length, nbytes, itemBytes, shape, stride, whole } = engine.json<ResultText>(() => reading.result());
        await this.#seeEnd(nbytes, ending);
        const out = opts.out ? checked(opts.out, array, length) : allocate(nbytes);
        if (whole) {
          const tiles = copying(...whole, out);
          await this.#run(tiles, ending, opts, blocksUpTo, () => Math.floor((tiles.done / nbytes) * size));
        } else {
          reading.out = out;
          await this.#run(reading, ending, opts, blocksUpTo);
        }
        const data: TypedArray | StringArray =
          opts.out ??
          (array === 'StringArray:S' || array === 'StringArray:U'
            ? new Strings(array, out, length, itemBytes)
            : typedArray(array, out.buffer, 0, length));
        return { data, shape, stride, offset: 0, dtype };
      },
    );
  }

  #count<T>(
    histogram: { bins: number; range?: readonly [number, number] | undefined } | undefined,
    opts: Pick<ReadOptions, 'signal' | 'onProgress'>,
  ): Promise<T> {
    const { bins, range } = histogram ?? {};
    const make = (wasm: Boundary, ...layout: Place) => {
      if (!histogram) return wasm.Task.counting(...layout, undefined);
      for (const [value, what] of [[bins, 'bins'], ...[...(range ?? [])].map((end) => [end, 'an end of the range'])] as const) {
        if (typeof value !== 'number') throw new NpyError('ERR_SELECTION', `${what} is ${shown(value)}, expected a number`);
      }
      const counting = wasm.Task.counting(...layout, new Float64Array([bins!, ...(range ?? [0, 1])]));
      if (range) return counting;
      // There can be so many bins, which is known before anything is read.
      free(counting);
      return wasm.Task.counting(...layout, undefined);
    };
    return this.#work(
      opts,
      make,
      async (counting, ending) => {
        const { engine } = this.#file;
        const pass = () => this.#run(counting, ending, opts);
        await pass();
        if (bins !== undefined && !range) {
          engine.call(() => counting.thenHistogram(bins));
          await pass();
        }
        return figures<T>(engine.call(() => counting.result()));
      },
    );
  }

  /** Runs a task. */
  #work<T>(
    { signal }: Pick<ReadOptions, 'signal'>,
    make: (wasm: Boundary, ...layout: Place) => Task,
    work: (task: Task, ending: Ending) => Promise<T>,
  ): Promise<T> {
    const { engine, scope, base, gap = GAP } = this.#file;
    return scope.run(signal, async (ending) => {
      const task = engine.call((wasm) => make(wasm, this.#facts.code, base, gap, MAX_RANGE));
      try {
        return await work(task, ending);
      } finally {
        free(task);
      }
    });
  }

  async #run(
    tiles: Tiles,
    ending: Ending,
    { onProgress }: Pick<ReadOptions, 'onProgress'>,
    blocksUpTo?: number,
    done = () => tiles.done,
  ): Promise<void> {
    const { engine, cache, base, checksum } = this.#file;
    const checking = checksum?.begin(cache, base);
    try {
      await run(tiles, {
        engine,
        cache,
        ending,
        blocksUpTo,
        onTile: onProgress && (() => onProgress(done(), this.size)),
        onPiece: checking?.update,
      });
      checking?.finish();
    } finally {
      checking?.free();
    }
  }

  /** Sees that there is so much data, before there is a result of its size. */
  async #seeEnd(nbytes: number, ending: Ending): Promise<void> {
    const { cache } = this.#file;
    if (nbytes <= UNSEEN_BYTES || cache.source.size !== undefined) return;
    const last = this.plan().ranges.at(-1);
    if (last) await cache.read(last.start, last.end, { ending });
  }
}

/** The bytes of an array that the caller gave for the result. */
function checked(out: TypedArray, array: string, length: number): Uint8Array {
  const found = tagOf(out);
  if (found !== array || out.length !== length) {
    throw new TypeError(`out is a ${found} of ${out.length} items, expected a ${array} of ${length}`);
  }
  return bytesOf(out);
}
