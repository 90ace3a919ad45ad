// What the page shows, as one serialisable value. All that changes it are functions from state to state; the address of
// the page is a view of it (url.ts).

/** Where an array comes from. A file cannot be opened again by its name: it has to be dropped again. */
export type Source =
  | { kind: 'url'; url: string }
  | { kind: 'file'; name: string; size: number }
  | { kind: 'sample'; name: string }
  | { kind: 'served'; path: string };

export const VIEWS = ['table', 'heatmap', 'line', 'stats', 'compare'] as const;
export type View = (typeof VIEWS)[number];
export const SCALES = ['linear', 'log', 'symlog'] as const;
export type Scale = (typeof SCALES)[number];
export const PARTS = ['abs', 'phase', 're', 'im'] as const;
export type Part = (typeof PARTS)[number];
export const NANS = ['grey', 'red', 'clear'] as const;
export type NanColour = (typeof NANS)[number];
export const FORMATS = ['exact', 'fixed', 'scientific', 'hex'] as const;
export type Format = (typeof FORMATS)[number];

/** Rows and columns that are seen: from (inclusive) and to (exclusive). */
export interface Box {
  r0: number;
  r1: number;
  c0: number;
  c1: number;
}

/** One array and how it is looked at. `null` is what suits the array. */
export interface Tab {
  src: Source;
  /** How a file is read that has no header: see engine/raw.ts. */
  raw: string | null;
  /** Of an archive. */
  member: string | null;
  /** The dtype as which raw elements are read, such as bfloat16. */
  as: string | null;
  /** In NumPy's syntax. `null` is the first plane of the array. */
  selection: string | null;
  view: View | null;
  /** The axes of the array that are the rows and columns of a view. */
  rows: number | null;
  cols: number | null;
  /** The cell in focus. */
  row: number;
  col: number;
  format: Format;
  digits: number;
  map: string | null;
  scale: Scale;
  range: 'robust' | 'full' | readonly [low: number, high: number];
  part: Part;
  /** The colour of what has no place on the scale. */
  nan: NanColour;
  /** Whether the last (or first) axis is shown as colours. */
  image: boolean | null;
  flip: boolean;
  zoom: Box | null;
  /** Which lines are drawn: of rows or of columns. */
  along: 'rows' | 'cols';
  lines: readonly number[];
  logY: boolean;
  /** The number of the tab to compare with. */
  with: number | null;
  rtol: number;
  atol: number;
}

export interface State {
  tabs: readonly Tab[];
  active: number;
}

export const EMPTY: State = { tabs: [], active: 0 };

/** How an array is looked at that nobody has looked at yet. */
export function newTab(src: Source): Tab {
  return {
    src,
    raw: null,
    member: null,
    as: null,
    selection: null,
    view: null,
    rows: null,
    cols: null,
    row: 0,
    col: 0,
    format: 'exact',
    digits: 4,
    map: null,
    scale: 'linear',
    range: 'robust',
    part: 'abs',
    nan: 'grey',
    image: null,
    flip: false,
    zoom: null,
    along: 'rows',
    lines: [0],
    logY: false,
    with: null,
    rtol: 1e-5,
    atol: 1e-8,
  };
}

/** Adds tabs and shows the first of them; what is open already is shown, not added. Members of an archive have tabs of their own. */
export function addTabs(state: State, tabs: readonly Tab[]): State {
  const [first] = tabs;
  if (!first) return state;
  const added = tabs.filter((tab) => indexOf(state, tab) < 0);
  const next = { ...state, tabs: [...state.tabs, ...added] };
  return { ...next, active: indexOf(next, first) };
}

/** Shows a tab. */
export function activate(state: State, index: number): State {
  return { ...state, active: Math.max(0, Math.min(index, state.tabs.length - 1)) };
}

/** Closes a tab. Who compares with it compares no more. */
export function closeTab(state: State, index: number): State {
  const tabs = state.tabs
    .filter((_, i) => i !== index)
    .map((tab) => {
      if (tab.with === null || tab.with < index) return tab;
      return { ...tab, with: tab.with === index ? null : tab.with - 1 };
    });
  const active = state.active > index || state.active === tabs.length ? state.active - 1 : state.active;
  return { tabs, active: Math.max(0, active) };
}

/** Changes the active tab. */
export function look(state: State, change: Partial<Tab>): State {
  return { ...state, tabs: state.tabs.map((tab, i) => (i === state.active ? { ...tab, ...change } : tab)) };
}

/** What another selection makes void: where one was in the old one. */
export function select(state: State, selection: string | null, change: Partial<Tab> = {}): State {
  return look(state, { selection, ...change });
}

/** Another array in the same tab: of the way of looking at it, only what suits any array stays. */
export function openMember(state: State, member: string | null): State {
  const tab = state.tabs[state.active];
  if (!tab) return state;
  const { format, digits, map } = tab;
  return look(state, { ...newTab(tab.src), member, format, digits, map });
}

/** A text that tells apart what has been opened: a source, as what it is or as raw numbers. */
export function docKey({ src, raw }: Pick<Tab, 'src' | 'raw'>): string {
  return raw === null ? sourceKey(src) : `${sourceKey(src)} raw ${raw}`;
}

/** A text that tells sources apart. */
export function sourceKey(src: Source): string {
  switch (src.kind) {
    case 'url':
      return `url ${src.url}`;
    case 'file':
      return `file ${src.size} ${src.name}`;
    case 'sample':
      return `sample ${src.name}`;
    case 'served':
      return `served ${src.path}`;
  }
}

/** The name of a source that people know it by. */
export function sourceName(src: Source): string {
  switch (src.kind) {
    case 'url':
      return lastPart(src.url.replace(/[?#].*$/, '')) || src.url;
    case 'served':
      return lastPart(src.path);
    default:
      return src.name;
  }
}

function lastPart(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//, '');
}

function indexOf(state: State, tab: Tab): number {
  const key = docKey(tab);
  return state.tabs.findIndex((other) => docKey(other) === key && (tab.member === null || other.member === tab.member));
}
