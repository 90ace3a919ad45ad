// A table of any size, of which only the cells in view exist. An ARIA grid, walked by the keyboard; cells are recycled,
// and their texts appear as they arrive.
import { extent, reveal, scrolled, scrollTo, visible, type Axis, type Scroll } from './scroll.ts';
import { Texts, type Load } from './texts.ts';

export interface Cell {
  row: number;
  col: number;
}

export interface Selected {
  r0: number;
  r1: number;
  c0: number;
  c1: number;
}

export interface GridOptions {
  rows: number;
  cols: number;
  label: string;
  /** The names of rows and columns: indices of the array. */
  rowName(row: number): string;
  colName(col: number): string;
  /** The texts of a rectangle, row by row. */
  load: Load;
  /** What is shown of a text, and of which kind it is. */
  show(text: string, col: number): { text: string; kind: string };
  /** How many characters a text may have, until some are there. */
  chars: number;
  /** Where to begin. */
  focus: Cell;
  onFocus(cell: Cell): void;
  onSelect(selected: Selected): void;
  onCopy(selected: Selected): void;
  onError(error: unknown): void;
}

const ROW_HEIGHT = 24;
const MIN_CHARS = 4;
const MAX_CHARS = 32;
/** Of a cell, with its border. */
const PADDING = 20;

export class Grid {
  readonly element: HTMLElement;
  readonly #options: GridOptions;
  readonly #texts: Texts;
  readonly #sizer: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #corner: HTMLElement;
  readonly #head: HTMLElement;
  readonly #rows: RowElement[] = [];
  readonly #heads: HTMLElement[] = [];
  readonly #observer: ResizeObserver;
  readonly #charWidth: number;
  #chars: number;
  #isGuess = true;
  #headWidth: number;
  #y: Scroll = { top: 0, position: 0 };
  #x: Scroll = { top: 0, position: 0 };
  #height = 0;
  #width = 0;
  #focus: Cell;
  #anchor: Cell;
  #frame = 0;

  constructor(parent: HTMLElement, options: GridOptions) {
    this.#options = options;
    this.#focus = this.#clamp(options.focus);
    this.#anchor = this.#focus;
    this.#texts = new Texts(options.load, [options.rows, options.cols], () => this.#widen(), options.onError);

    this.element = make('div', 'grid');
    this.element.setAttribute('role', 'grid');
    this.element.setAttribute('aria-label', options.label);
    this.element.setAttribute('aria-rowcount', String(options.rows + 1));
    this.element.setAttribute('aria-colcount', String(options.cols + 1));
    this.element.setAttribute('aria-multiselectable', 'true');
    this.element.tabIndex = 0;
    this.#sizer = make('div', 'grid-sizer');
    this.#sizer.setAttribute('role', 'presentation');
    this.#layer = make('div', 'grid-layer');
    this.#layer.setAttribute('role', 'presentation');
    this.#head = make('div', 'grid-row grid-head');
    this.#head.setAttribute('role', 'row');
    this.#head.setAttribute('aria-rowindex', '1');
    this.#corner = make('div', 'grid-corner');
    this.#corner.setAttribute('role', 'columnheader');
    this.#corner.setAttribute('aria-colindex', '1');
    this.#corner.append(make('span', 'visually-hidden'));
    this.#corner.firstElementChild!.textContent = 'index';
    this.#head.append(this.#corner);
    this.#layer.append(this.#head);
    this.element.append(this.#layer, this.#sizer);
    parent.append(this.element);

    this.#charWidth = measure(this.element);
    this.#chars = Math.max(options.chars, this.#nameChars());
    const longest = [0, options.rows - 1].map((row) => (row < 0 ? 0 : options.rowName(row).length));
    this.#headWidth = Math.ceil(Math.max(3, ...longest) * this.#charWidth) + PADDING;

    this.element.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('pointerdown', (event) => this.#onPointer(event));
    this.element.addEventListener('copy', (event) => {
      event.preventDefault();
      options.onCopy(this.selected);
    });
    this.#observer = new ResizeObserver(() => this.#onResize());
    this.#observer.observe(this.element);
    this.#onResize();
    this.#reveal(this.#focus);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#texts.stop();
    cancelAnimationFrame(this.#frame);
    this.element.remove();
  }

  get selected(): Selected {
    const [a, b] = [this.#anchor, this.#focus];
    return { r0: Math.min(a.row, b.row), r1: Math.max(a.row, b.row) + 1, c0: Math.min(a.col, b.col), c1: Math.max(a.col, b.col) + 1 };
  }

  /** Moves the focus to a cell and shows it. */
  goTo(cell: Cell, isExtending = false): void {
    this.#focus = this.#clamp(cell);
    if (!isExtending) this.#anchor = this.#focus;
    this.#reveal(this.#focus);
    this.#options.onFocus(this.#focus);
    this.#options.onSelect(this.selected);
  }

  /** Draws again: texts are shown differently now. */
  redraw(): void {
    for (const row of this.#rows) row.index = -1;
    this.#draw();
  }

  #axisY(): Axis {
    return { count: this.#options.rows, size: ROW_HEIGHT, view: Math.max(ROW_HEIGHT, this.#height - ROW_HEIGHT) };
  }

  #axisX(): Axis {
    const size = Math.ceil(this.#chars * this.#charWidth) + PADDING;
    return { count: this.#options.cols, size, view: Math.max(size, this.#width - this.#headWidth) };
  }

  #clamp({ row, col }: Cell): Cell {
    const { rows, cols } = this.#options;
    return { row: Math.max(0, Math.min(row, rows - 1)), col: Math.max(0, Math.min(col, cols - 1)) };
  }

  #onResize(): void {
    this.#height = this.element.clientHeight;
    this.#width = this.element.clientWidth;
    this.#layout();
  }

  /** Sizes what is scrolled, and keeps the place. */
  #layout(): void {
    const [y, x] = [this.#axisY(), this.#axisX()];
    this.#sizer.style.height = `${extent(y) + ROW_HEIGHT}px`;
    this.#sizer.style.width = `${extent(x) + this.#headWidth}px`;
    this.#layer.style.height = `${this.#height}px`;
    this.#layer.style.width = `${this.#width}px`;
    this.#corner.style.width = `${this.#headWidth}px`;
    this.#y = scrollTo(y, this.#y.position);
    this.#x = scrollTo(x, this.#x.position);
    for (const row of this.#rows) row.index = -1;
    this.#place();
    this.#draw();
  }

  /** Puts the scroll bars where they belong. */
  #place(): void {
    if (Math.abs(this.element.scrollTop - this.#y.top) >= 1) this.element.scrollTop = this.#y.top;
    if (Math.abs(this.element.scrollLeft - this.#x.top) >= 1) this.element.scrollLeft = this.#x.top;
    // Browsers round; the next movement is measured from where the bar really is.
    this.#y = { ...this.#y, top: this.element.scrollTop };
    this.#x = { ...this.#x, top: this.element.scrollLeft };
  }

  #onScroll(): void {
    const { scrollTop, scrollLeft } = this.element;
    if (scrollTop !== this.#y.top) this.#y = scrolled(this.#axisY(), this.#y, scrollTop);
    if (scrollLeft !== this.#x.top) this.#x = scrolled(this.#axisX(), this.#x, scrollLeft);
    this.#place();
    this.#schedule();
  }

  #reveal(cell: Cell): void {
    const [y, x] = [this.#axisY(), this.#axisX()];
    this.#y = scrollTo(y, reveal(y, this.#y.position, cell.row));
    this.#x = scrollTo(x, reveal(x, this.#x.position, cell.col));
    this.#place();
    this.#draw();
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const [y, x] = [this.#axisY(), this.#axisX()];
    const rows = visible(y, this.#y.position);
    const cols = visible(x, this.#x.position);
    this.#texts.want({ r0: rows.first, r1: rows.end, c0: cols.first, c1: cols.end });
    this.#drawHead(cols, x.size);
    const hadFocus = this.element.contains(document.activeElement) && document.activeElement !== this.element;
    const count = rows.end - rows.first;
    while (this.#rows.length < count) this.#rows.push(this.#newRow());
    while (this.#rows.length > count) this.#rows.pop()!.element.remove();
    for (let row = rows.first; row < rows.end; row += 1) {
      // By the remainder, so that scrolling by one row changes one element.
      const element = this.#rows[row % count]!;
      const top = ROW_HEIGHT + rows.offset + (row - rows.first) * ROW_HEIGHT;
      this.#drawRow(element, row, top, cols, x.size);
    }
    this.element.tabIndex = this.#focusElement() ? -1 : 0;
    if (hadFocus) this.#takeFocus();
  }

  #drawHead({ first, end, offset }: ReturnType<typeof visible>, size: number): void {
    const count = end - first;
    while (this.#heads.length < count) {
      const head = make('div', 'grid-colhead');
      head.setAttribute('role', 'columnheader');
      this.#heads.push(head);
      this.#head.append(head);
    }
    while (this.#heads.length > count) this.#heads.pop()!.remove();
    for (let col = first; col < end; col += 1) {
      const head = this.#heads[col % count]!;
      head.style.transform = `translateX(${this.#headWidth + offset + (col - first) * size}px)`;
      head.style.width = `${size}px`;
      const name = this.#options.colName(col);
      if (head.textContent !== name) {
        head.textContent = name;
        head.title = name;
      }
      head.setAttribute('aria-colindex', String(col + 2));
      head.classList.toggle('is-current', col === this.#focus.col);
    }
  }

  #newRow(): RowElement {
    const element = make('div', 'grid-row');
    element.setAttribute('role', 'row');
    const head = make('div', 'grid-rowhead');
    head.setAttribute('role', 'rowheader');
    head.setAttribute('aria-colindex', '1');
    head.style.width = `${this.#headWidth}px`;
    element.append(head);
    this.#layer.append(element);
    return { element, head, cells: [], index: -1 };
  }

  #drawRow(row: RowElement, index: number, top: number, { first, end, offset }: ReturnType<typeof visible>, size: number): void {
    const { rowName, show } = this.#options;
    row.element.style.transform = `translateY(${top}px)`;
    if (row.index !== index) {
      row.index = index;
      row.head.textContent = rowName(index);
      row.head.style.width = `${this.#headWidth}px`;
      row.element.setAttribute('aria-rowindex', String(index + 2));
    }
    row.head.classList.toggle('is-current', index === this.#focus.row);
    const count = end - first;
    while (row.cells.length < count) {
      const cell = make('div', 'grid-cell');
      cell.setAttribute('role', 'gridcell');
      row.cells.push({ element: cell, shown: null });
      row.element.append(cell);
    }
    while (row.cells.length > count) row.cells.pop()!.element.remove();
    const { r0, r1, c0, c1 } = this.selected;
    const isOne = r1 - r0 === 1 && c1 - c0 === 1;
    for (let col = first; col < end; col += 1) {
      const cell = row.cells[col % count]!;
      const { element } = cell;
      element.style.transform = `translateX(${this.#headWidth + offset + (col - first) * size}px)`;
      element.style.width = `${size}px`;
      element.setAttribute('aria-colindex', String(col + 2));
      const text = this.#texts.get(index, col);
      const shown = text === undefined ? undefined : show(text, col);
      const key = shown === undefined ? '\0' : `${shown.kind}\0${shown.text}`;
      if (cell.shown !== key) {
        cell.shown = key;
        element.textContent = shown?.text ?? '';
        element.title = shown !== undefined && shown.text.length > this.#chars ? shown.text : '';
        element.className = `grid-cell ${shown === undefined ? 'is-waiting' : `is-${shown.kind}`}`;
        if (shown === undefined) element.setAttribute('aria-busy', 'true');
        else element.removeAttribute('aria-busy');
      }
      const isFocus = index === this.#focus.row && col === this.#focus.col;
      const isSelected = !isOne && index >= r0 && index < r1 && col >= c0 && col < c1;
      element.classList.toggle('is-focus', isFocus);
      element.classList.toggle('is-selected', isSelected);
      element.setAttribute('aria-selected', String(isSelected || isFocus));
      element.tabIndex = isFocus ? 0 : -1;
      element.dataset.row = String(index);
      element.dataset.col = String(col);
    }
  }

  #focusElement(): HTMLElement | null {
    return this.#layer.querySelector<HTMLElement>('.grid-cell.is-focus');
  }

  /** Keeps the browser's focus on the focused cell, or on the grid while that is out of view. */
  #takeFocus(): void {
    const target = this.#focusElement() ?? this.element;
    if (document.activeElement !== target) target.focus({ preventScroll: true });
  }

  #onPointer(event: PointerEvent): void {
    const cellAt = (target: EventTarget | null): Cell | null => {
      const element = (target as Element | null)?.closest<HTMLElement>('.grid-cell');
      return element ? { row: Number(element.dataset.row), col: Number(element.dataset.col) } : null;
    };
    const cell = cellAt(event.target);
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    this.goTo(cell, event.shiftKey);
    this.#takeFocus();
    if (event.pointerType === 'touch') return;
    const drag = (moved: PointerEvent): void => {
      const over = cellAt(document.elementFromPoint(moved.clientX, moved.clientY));
      if (over && (over.row !== this.#focus.row || over.col !== this.#focus.col)) this.goTo(over, true);
    };
    const end = (): void => {
      removeEventListener('pointermove', drag);
      removeEventListener('pointerup', end);
    };
    addEventListener('pointermove', drag);
    addEventListener('pointerup', end);
  }

  #onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    const isFar = ctrlKey || metaKey;
    if (altKey) return;
    const { rows, cols } = this.#options;
    const page = Math.max(1, Math.floor(this.#axisY().view / ROW_HEIGHT) - 1);
    const pageX = Math.max(1, Math.floor(this.#axisX().view / this.#axisX().size) - 1);
    const { row, col } = this.#focus;
    const moves: Record<string, Cell> = {
      ArrowDown: { row: isFar ? rows - 1 : row + 1, col },
      ArrowUp: { row: isFar ? 0 : row - 1, col },
      ArrowRight: { row, col: isFar ? cols - 1 : col + 1 },
      ArrowLeft: { row, col: isFar ? 0 : col - 1 },
      PageDown: isFar ? { row, col: col + pageX } : { row: row + page, col },
      PageUp: isFar ? { row, col: col - pageX } : { row: row - page, col },
      Home: { row: isFar ? 0 : row, col: 0 },
      End: { row: isFar ? rows - 1 : row, col: cols - 1 },
    };
    const to = Object.hasOwn(moves, key) ? moves[key] : undefined;
    if (to) this.goTo(to, shiftKey);
    else if (isFar && key.toLowerCase() === 'a') {
      this.#anchor = { row: 0, col: 0 };
      this.#focus = { row: rows - 1, col: cols - 1 };
      this.#options.onSelect(this.selected);
      this.#draw();
    } else if (isFar && key.toLowerCase() === 'c') this.#options.onCopy(this.selected);
    else if (key === 'Escape' && (this.#anchor.row !== row || this.#anchor.col !== col)) this.goTo(this.#focus);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#takeFocus();
  }

  /** Texts have arrived: wider cells if need be. */
  #widen(): void {
    const before = this.#chars;
    // A guess ends when it can be known.
    if (this.#isGuess) this.#chars = this.#nameChars();
    this.#isGuess = false;
    this.#texts.forNew((text, col) => this.#fit(this.#options.show(text, col).text));
    if (this.#chars !== before) this.#layout();
    else this.#schedule();
  }

  /** The longest names of columns are the last, or there are few. */
  #nameChars(): number {
    const { cols, colName } = this.#options;
    const names = cols <= 64 ? Array.from({ length: cols }, (_, col) => colName(col)) : [colName(0), colName(cols - 1)];
    return Math.max(MIN_CHARS, ...names.map(({ length }) => Math.min(length, MAX_CHARS)));
  }

  #fit(text: string): void {
    this.#chars = Math.max(this.#chars, Math.min(text.length, MAX_CHARS));
  }
}

interface RowElement {
  element: HTMLElement;
  head: HTMLElement;
  cells: { element: HTMLElement; shown: string | null }[];
  index: number;
}

function make(tag: string, className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

/** The width of a digit. */
function measure(parent: HTMLElement): number {
  const probe = make('span', 'grid-probe');
  probe.textContent = '0'.repeat(100);
  parent.append(probe);
  const width = probe.getBoundingClientRect().width / 100;
  probe.remove();
  return width || 7.5;
}

