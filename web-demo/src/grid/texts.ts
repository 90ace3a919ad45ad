// The texts of cells, read block by block, kept as long as they are near.

export interface Rect {
  r0: number;
  r1: number;
  c0: number;
  c1: number;
}

export type Load = (rect: Rect, signal: AbortSignal) => Promise<string[]>;

const ROWS = 32;
const COLS = 16;
/** How many blocks are kept. */
const KEPT = 128;
/** How many are read at the same time. */
const RUNNING = 3;

interface Block {
  rect: Rect;
  texts: string[] | null;
  controller: AbortController | null;
  isNew: boolean;
}

export class Texts {
  readonly #load: Load;
  readonly #rows: number;
  readonly #cols: number;
  readonly #onTexts: () => void;
  readonly #onError: (error: unknown) => void;
  /** By place; the least recently wanted first. */
  readonly #blocks = new Map<string, Block>();
  #wanted: string[] = [];
  #isStopped = false;

  constructor(load: Load, [rows, cols]: [number, number], onTexts: () => void, onError: (error: unknown) => void) {
    this.#load = load;
    this.#rows = rows;
    this.#cols = cols;
    this.#onTexts = onTexts;
    this.#onError = onError;
  }

  get(row: number, col: number): string | undefined {
    const block = this.#blocks.get(key(Math.floor(row / ROWS), Math.floor(col / COLS)));
    if (!block?.texts) return undefined;
    const { r0, c0, c1 } = block.rect;
    return block.texts[(row - r0) * (c1 - c0) + (col - c0)];
  }

  /** Says which cells are in view. What was wanted before and is being read is not read any further. */
  want({ r0, r1, c0, c1 }: Rect): void {
    this.#wanted = [];
    if (r1 <= r0 || c1 <= c0) return;
    for (let i = Math.floor(r0 / ROWS); i * ROWS < r1; i += 1) {
      for (let j = Math.floor(c0 / COLS); j * COLS < c1; j += 1) this.#wanted.push(key(i, j));
    }
    for (const [name, block] of this.#blocks) {
      if (!block.texts && !this.#wanted.includes(name)) {
        block.controller?.abort();
        this.#blocks.delete(name);
      }
    }
    this.#fill();
  }

  /** Calls with all texts that nobody has seen yet. */
  forNew(see: (text: string, col: number) => void): void {
    for (const block of this.#blocks.values()) {
      if (!block.isNew || !block.texts) continue;
      block.isNew = false;
      const { c0, c1 } = block.rect;
      block.texts.forEach((text, i) => see(text, c0 + (i % (c1 - c0))));
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const { controller } of this.#blocks.values()) controller?.abort();
    this.#blocks.clear();
  }

  #fill(): void {
    if (this.#isStopped) return;
    let running = [...this.#blocks.values()].filter(({ texts }) => !texts).length;
    for (const name of this.#wanted) {
      const block = this.#blocks.get(name);
      if (block) {
        // To the end: it is wanted.
        this.#blocks.delete(name);
        this.#blocks.set(name, block);
      } else if (running < RUNNING) {
        running += 1;
        void this.#read(name);
      }
    }
    for (const [name, block] of this.#blocks) {
      if (this.#blocks.size <= KEPT) break;
      if (block.texts && !this.#wanted.includes(name)) this.#blocks.delete(name);
    }
  }

  async #read(name: string): Promise<void> {
    const [i, j] = name.split(' ').map(Number) as [number, number];
    const controller = new AbortController();
    const [r0, c0] = [i * ROWS, j * COLS];
    const rect = { r0, r1: Math.min(r0 + ROWS, this.#rows), c0, c1: Math.min(c0 + COLS, this.#cols) };
    const block: Block = { rect, texts: null, controller, isNew: true };
    this.#blocks.set(name, block);
    try {
      block.texts = await this.#load(rect, controller.signal);
      block.controller = null;
    } catch (error) {
      if (!controller.signal.aborted) {
        // Nothing is there, and it is not asked for again and again.
        block.texts = [];
        this.#onError(error);
      }
      return;
    }
    this.#onTexts();
    this.#fill();
  }
}

function key(i: number, j: number): string {
  return `${i} ${j}`;
}
