// A plane as a picture: from the whole of it down to single cells.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { mapFor, MAP_NAMES, rangeFor, tableOf, gradient } from '../colour/maps.ts';
import { cellsIn, fit, moved, shaped, zoomed, type Frame } from '../colour/viewport.ts';
import { ask } from '../engine/client.ts';
import type { Picture, Spread, TooMuch } from '../engine/types.ts';
import { useAnswer, useLatest, useSize } from '../hooks.ts';
import { commit, state } from '../model.ts';
import { look, NANS, PARTS, SCALES, type Box, type NanColour, type Part, type Scale, type Tab } from '../state.ts';
import { cost, ordinal } from '../text/numbers.ts';
import { isDark } from '../theme.ts';
import type { Looking } from './Opened.tsx';
import { showing } from './picture.ts';
import { Range } from './Range.tsx';

/** From this size on, cells have room for their values. */
const TEXT_WIDTH = 58;
const TEXT_HEIGHT = 17;

export function Heatmap({ looking }: { looking: Looking }): VNode {
  const { tab, plane, arrangement } = looking;
  const { rowPlaces, colPlaces, kind, channel } = arrangement;
  const [forced, setForced] = useState('');
  const planeKey = JSON.stringify(plane);
  const force = forced === planeKey;
  const part: Part = kind === 'complex' ? tab.part : 're';
  const isImage = channel !== null;
  const spreadKey = JSON.stringify([planeKey, part, tab.scale, force]);
  const spread = useAnswer(JSON.stringify(plane.ref), spreadKey, (signal) =>
    isImage ? Promise.resolve(null) : ask('spread', { plane, part, scale: tab.scale, force }, { signal }),
  );
  const isTooMuch = (answer: unknown): answer is TooMuch => answer !== null && typeof answer === 'object' && 'requests' in answer;
  const known: Spread | undefined = spread.value && !isTooMuch(spread.value) ? spread.value : undefined;
  const map = mapFor({ ...tab, part: kind === 'complex' ? tab.part : 'abs' }, known);
  const range = known ? rangeFor({ ...tab, part: kind === 'complex' ? tab.part : 'abs' }, map, known) : undefined;
  return (
    <div class="heatmap">
      <Tools looking={looking} map={map} />
      {spread.error && <p class="error" role="alert">{spread.error.message}</p>}
      {isTooMuch(spread.value) ? (
        <Ask much={spread.value} onYes={() => setForced(planeKey)} />
      ) : (
        <Canvas
          looking={looking}
          frame={{ rows: rowPlaces.count, cols: colPlaces.count }}
          paint={isImage ? { map: 'grey', range: [0, 1], part } : range && { map, range, part }}
          force={force}
          onForce={() => setForced(planeKey)}
        />
      )}
      {known && range && <Range spread={known} map={map} range={range} tab={tab} />}
    </div>
  );
}

function Ask({ much, onYes }: { much: TooMuch; onYes: () => void }): VNode {
  return (
    <div class="centre ask">
      <p>Even a coarse picture of this takes {cost(much.bytes, much.requests)}: its rows are that long, or that far apart.</p>
      <p><button type="button" class="primary" onClick={onYes}>Read {cost(much.bytes, much.requests)}</button></p>
    </div>
  );
}

function Tools({ looking, map }: { looking: Looking; map: string }): VNode {
  const { tab, arrangement } = looking;
  const set = (change: Partial<Tab>): void => commit(look(state.value, change));
  const isImage = arrangement.channel !== null;
  return (
    <div class="tools">
      {!isImage && (
        <>
          <label>Colours <select value={map} onChange={(event) => set({ map: event.currentTarget.value })}>
            {MAP_NAMES.map((name) => <option key={name}>{name}</option>)}
          </select></label>
          <span class="map-strip" ref={(element) => { if (element) element.style.background = gradient(map); }} aria-hidden="true" />
          <label>Scale <select value={tab.scale} onChange={(event) => set({ scale: event.currentTarget.value as Scale })}>
            {SCALES.map((name) => <option key={name} value={name}>{{ linear: 'linear', log: 'logarithmic', symlog: 'log around zero' }[name]}</option>)}
          </select></label>
          {arrangement.kind !== 'integer' && arrangement.kind !== 'bool' && (
            <label>NaN <select value={tab.nan} onChange={(event) => set({ nan: event.currentTarget.value as NanColour })}>
              {NANS.map((name) => <option key={name} value={name}>{{ grey: 'grey', red: 'red', clear: 'nothing' }[name]}</option>)}
            </select></label>
          )}
        </>
      )}
      {arrangement.kind === 'complex' && (
        <label>Show <select value={tab.part} onChange={(event) => set({ part: event.currentTarget.value as Part, range: 'robust' })}>
          {PARTS.map((name) => <option key={name} value={name}>{{ abs: 'magnitude', phase: 'phase', re: 'real part', im: 'imaginary part' }[name]}</option>)}
        </select></label>
      )}
      {arrangement.mayBeImage && (
        <label><input type="checkbox" checked={isImage} onChange={(event) => set({ image: event.currentTarget.checked, zoom: null })} /> as colours</label>
      )}
      <label><input type="checkbox" checked={tab.flip} onChange={(event) => set({ flip: event.currentTarget.checked })} /> first row below</label>
      <span class="tools-end">
        <button type="button" class="small" disabled={tab.zoom === null} onClick={() => set({ zoom: null })}>Show everything</button>
      </span>
    </div>
  );
}

interface Drawn {
  picture: Picture;
  bitmap: HTMLCanvasElement;
  /** The plane that it shows. */
  of: string;
}

interface CanvasProps {
  looking: Looking;
  frame: { rows: number; cols: number };
  paint: { map: string; range: [number, number]; part: Part } | undefined;
  force: boolean;
  onForce: () => void;
}

function Canvas({ looking, frame: { rows, cols }, paint, force, onForce }: CanvasProps): VNode {
  const { tab, plane, arrangement } = looking;
  const [parent, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [dragged, setDragged] = useState<Box | null>(null);
  const [pointer, setPointer] = useState<{ row: number; col: number } | null>(null);
  const frame: Frame = { rows, cols, ...size };
  const box = shaped(dragged ?? tab.zoom ?? fit(frame), frame);
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const area = cellsIn(box, frame);
  const [cellHeight, cellWidth] = [size.height / (box.r1 - box.r0), size.width / (box.c1 - box.c0)];
  const pixels = { height: Math.max(1, Math.round((area.r1 - area.r0) * cellHeight * ratio)), width: Math.max(1, Math.round((area.c1 - area.c0) * cellWidth * ratio)) };
  const aligned = align(area, pixels, frame);

  const question = paint && size.width > 0 && area.r1 > area.r0 && area.c1 > area.c0
    ? JSON.stringify([plane, aligned, pixels, paint, tab.scale, tab.nan, force, isDark.value])
    : '';
  const family = JSON.stringify([plane.ref, plane.rows, plane.cols, plane.channel]);
  const planeKey = JSON.stringify(plane);
  const { value, error, isLoading } = useAnswer<Drawn | TooMuch | null>(family, question, async (signal) => {
    if (!question || !paint) return null;
    const [low, high] = paint.range;
    const found = await ask('picture', {
      plane, area: aligned, ...pixels, force,
      paint: { table: tableOf(paint.map), scale: tab.scale, low, high, threshold: Math.max(Math.abs(low), Math.abs(high)) / 1000 || 1, part: paint.part, bad: badColour(tab.nan, isDark.value) },
    }, { signal });
    return 'pixels' in found ? { picture: found, bitmap: bitmapOf(found), of: planeKey } : found;
  }, dragged ? 60 : 0);
  const drawn = value && 'bitmap' in value ? value : null;
  // Frames take the place of one another: that of another plane stays until the next is there, and says so.
  const isStale = drawn !== null && drawn.of !== planeKey;

  const showsTexts = arrangement.channel === null && cellWidth >= TEXT_WIDTH && cellHeight >= TEXT_HEIGHT;
  const textKey = showsTexts ? JSON.stringify([plane, area]) : '';
  const texts = useAnswer<string[] | null>(JSON.stringify([family, showsTexts]), textKey, (signal) =>
    showsTexts ? ask('cells', { plane, area, fields: [] }, { signal }) : Promise.resolve(null), 80);

  useEffect(() => {
    const element = canvas.current;
    if (!element || size.width === 0) return;
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(size.height * ratio);
    showing(element);
    const context = element.getContext('2d')!;
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, element.width, element.height);
    if (!drawn) return;
    const { picture, bitmap } = drawn;
    const y = (row: number): number => ((row - box.r0) / (box.r1 - box.r0)) * element.height;
    const x = (col: number): number => ((col - box.c0) / (box.c1 - box.c0)) * element.width;
    const { r0, c0, rstep, cstep, height, width } = picture;
    const [top, left] = [y(r0), x(c0)];
    const [bottom, right] = [y(Math.min(rows, r0 + height * rstep)), x(Math.min(cols, c0 + width * cstep))];
    context.save();
    if (tab.flip) {
      context.translate(0, element.height);
      context.scale(1, -1);
    }
    context.drawImage(bitmap, left, top, right - left, bottom - top);
    context.restore();
    if (showsTexts && texts.value && rstep === 1 && cstep === 1) {
      drawTexts(context, texts.value, area, { y, x, flip: tab.flip ? element.height : null, ratio }, picture, bitmap);
    }
  }, [drawn, box.r0, box.r1, box.c0, box.c1, size.width, size.height, tab.flip, showsTexts && texts.value]);

  const latest = useLatest({ box, frame, tab });
  const settle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const goTo = (next: Box): void => {
    setDragged(next);
    clearTimeout(settle.current);
    settle.current = setTimeout(() => {
      setDragged(null);
      commit(look(state.value, { zoom: rounded(next) }), 'movement');
    }, 350);
  };
  const at = (event: { clientX: number; clientY: number }): { y: number; x: number } => {
    const rect = canvas.current!.getBoundingClientRect();
    const y = (event.clientY - rect.top) / rect.height;
    return { y: latest.current.tab.flip ? 1 - y : y, x: (event.clientX - rect.left) / rect.width };
  };
  useEffect(() => {
    const element = canvas.current!;
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { y, x } = at(event);
      goTo(zoomed(latest.current.box, Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), y, x, latest.current.frame));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', wheel);
      clearTimeout(settle.current);
    };
  }, []);

  /** Fingers on the picture, or the mouse. */
  const pointers = useRef(new Map<number, { y: number; x: number }>());
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, at(event));
  };
  const onPointerMove = (event: PointerEvent): void => {
    const all = pointers.current;
    const before = all.get(event.pointerId);
    if (!before) {
      onHover(event);
      return;
    }
    const now = at(event);
    const other = [...all].find(([id]) => id !== event.pointerId)?.[1];
    if (!other && Math.abs(now.y - before.y) + Math.abs(now.x - before.x) < 0.002) return;
    all.set(event.pointerId, now);
    const from = moving.current ?? latest.current.box;
    if (!other) {
      moving.current = moved(from, before.y - now.y, before.x - now.x, latest.current.frame);
    } else {
      const apart = (point: { y: number; x: number }): number => Math.hypot(point.y - other.y, point.x - other.x) || 0.001;
      moving.current = zoomed(from, apart(now) / apart(before), (now.y + other.y) / 2, (now.x + other.x) / 2, latest.current.frame);
    }
    goTo(moving.current);
  };
  /** Where the fingers have moved the picture: the next movement may come before it is drawn. */
  const moving = useRef<Box | null>(null);
  const onPointerEnd = (event: PointerEvent): void => {
    pointers.current.delete(event.pointerId);
    if (pointers.current.size === 0) moving.current = null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const up = tab.flip ? 1 : -1;
    const next = {
      ArrowUp: () => moved(box, 0.15 * up, 0, frame), ArrowDown: () => moved(box, -0.15 * up, 0, frame),
      ArrowLeft: () => moved(box, 0, -0.15, frame), ArrowRight: () => moved(box, 0, 0.15, frame),
      '+': () => zoomed(box, 1.5, 0.5, 0.5, frame), '=': () => zoomed(box, 1.5, 0.5, 0.5, frame), '-': () => zoomed(box, 1 / 1.5, 0.5, 0.5, frame),
      0: () => fit(frame),
    }[event.key];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    goTo(next());
  };
  const onHover = (event: PointerEvent): void => {
    const { y, x } = at(event);
    const row = Math.floor(box.r0 + y * (box.r1 - box.r0));
    const col = Math.floor(box.c0 + x * (box.c1 - box.c0));
    setPointer(row >= 0 && row < rows && col >= 0 && col < cols ? { row, col } : null);
  };
  const picture = drawn?.picture;
  return (
    <>
      <div ref={parent} class={`canvas-parent ${isLoading ? 'is-loading' : ''}`} aria-busy={isStale}>
        <canvas
          ref={canvas}
          class={`canvas ${isStale ? 'is-stale' : ''}`}
          tabIndex={0}
          role="img"
          aria-label={`Picture of ${rows} rows and ${cols} columns. Arrows move, plus and minus zoom, 0 shows everything.`}
          data-testid="canvas"
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerEnd}
          onPointerCancel={onPointerEnd}
          onPointerLeave={() => setPointer(null)}
          onDblClick={(event) => { const { y, x } = at(event); goTo(zoomed(box, 2, y, x, frame)); }}
          onKeyDown={onKeyDown}
        />
        {value && 'requests' in value && <Ask much={value} onYes={onForce} />}
        {error && <p class="error" role="alert">{error.message}</p>}
      </div>
      <p class="readout" data-testid="readout">
        <Hover looking={looking} pointer={pointer} picture={picture} />
        <span>
          <span class="muted" data-testid="detail">{picture ? detail(picture) : ''}</span>
          {picture?.finer && <> <button type="button" class="small" onClick={onForce}>Finer: {cost(picture.finer.bytes, picture.finer.requests)}</button></>}
        </span>
      </p>
    </>
  );
}

/** The colour of what has none: of a grey that the maps do not have, of red, of nothing. */
function badColour(name: NanColour, isDark: boolean): [number, number, number, number] {
  if (name === 'red') return [226, 20, 60, 255];
  if (name === 'clear') return [0, 0, 0, 0];
  return isDark ? [90, 90, 96, 255] : [206, 206, 210, 255];
}

/** The value under the pointer: that of the element which gave the pixel its colour. */
function Hover({ looking, pointer, picture }: { looking: Looking; pointer: { row: number; col: number } | null; picture: Picture | undefined }): VNode {
  const { plane, arrangement } = looking;
  const { rowPlaces, colPlaces, channel } = arrangement;
  const cell = pointer && picture ? {
    row: pointer.row - ((pointer.row - picture.r0) % picture.rstep),
    col: pointer.col - ((pointer.col - picture.c0) % picture.cstep),
  } : null;
  const key = cell ? `${cell.row} ${cell.col}` : '';
  const { value } = useAnswer<string | null>(JSON.stringify(plane), key, async (signal) => {
    if (!cell) return null;
    const { row, col } = cell;
    return (await ask('cells', { plane, area: { r0: row, r1: row + 1, c0: col, c1: col + 1 }, fields: [] }, { signal })).join(', ');
  }, 25);
  if (!cell) return <span class="muted">Point at a cell for its value.</span>;
  const index = [rowPlaces.start + cell.row * rowPlaces.step, colPlaces.start + cell.col * colPlaces.step];
  return <span class="mono">[{index.join(', ')}] = {channel !== null ? `(${value ?? '…'})` : (value ?? '…')}</span>;
}

/** How much of what is there is seen. */
function detail({ rstep, cstep }: Picture): string {
  if (rstep === 1 && cstep === 1) return 'every element';
  const parts = [rstep > 1 ? `every ${ordinal(rstep)} row` : '', cstep > 1 ? `every ${ordinal(cstep)} column` : ''].filter(Boolean);
  return `showing ${parts.join(', ')}`;
}

/** The area from a multiple of the step on, so that a picture that is moved shows the same rows. */
function align(area: Box, pixels: { height: number; width: number }, { rows, cols }: Frame): Box {
  const rstep = Math.max(1, Math.ceil((area.r1 - area.r0) / pixels.height));
  const cstep = Math.max(1, Math.ceil((area.c1 - area.c0) / pixels.width));
  return {
    r0: Math.floor(area.r0 / rstep) * rstep, r1: Math.min(rows, Math.ceil(area.r1 / rstep) * rstep),
    c0: Math.floor(area.c0 / cstep) * cstep, c1: Math.min(cols, Math.ceil(area.c1 / cstep) * cstep),
  };
}

function bitmapOf({ pixels, width, height }: Picture): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  return canvas;
}

function drawTexts(
  context: CanvasRenderingContext2D,
  texts: readonly string[],
  area: Box,
  { y, x, flip, ratio }: { y(row: number): number; x(col: number): number; flip: number | null; ratio: number },
  { pixels, r0, c0, width, height }: Picture,
  { width: least }: HTMLCanvasElement,
): void {
  if (least !== width) return;
  const bytes = new Uint8Array(pixels);
  context.font = `${Math.round(11.5 * ratio)}px ui-monospace, monospace`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const room = x(area.c0 + 1) - x(area.c0) - 6 * ratio;
  for (let row = area.r0; row < area.r1; row += 1) {
    for (let col = area.c0; col < area.c1; col += 1) {
      const text = texts[(row - area.r0) * (area.c1 - area.c0) + (col - area.c0)];
      if (text === undefined || row < r0 || col < c0 || row >= r0 + height || col >= c0 + width) continue;
      const at = ((row - r0) * width + (col - c0)) * 4;
      const [red = 0, green = 0, blue = 0] = bytes.subarray(at, at + 3);
      context.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#000' : '#fff';
      const middle = y(row + 0.5);
      const fits = Math.floor(room / (7 * ratio));
      context.fillText(text.length > fits ? `${text.slice(0, Math.max(1, fits - 1))}…` : text, x(col + 0.5), flip === null ? middle : flip - middle);
    }
  }
}

/** Shorter addresses. */
function rounded(box: Box): Box {
  const digits = Math.max(0, Math.ceil(3 - Math.log10(Math.max(1e-6, Math.min(box.r1 - box.r0, box.c1 - box.c0)))));
  const round = (value: number): number => Number(value.toFixed(Math.min(digits, 12)));
  return { r0: round(box.r0), r1: round(box.r1), c0: round(box.c0), c1: round(box.c1) };
}

