// Colour maps and the range of values they are spread over.
import { MAPS } from 'virtual:colours';
import type { Spread } from '../engine/types.ts';
import type { Tab } from '../state.ts';

export const MAP_NAMES: readonly string[] = Object.keys(MAPS);

/** 256 colours of three bytes. */
export function tableOf(name: string): Uint8Array {
  const { table } = MAPS[name] ?? MAPS['viridis']!;
  return Uint8Array.from(atob(table), (char) => char.charCodeAt(0));
}

/** The map of a name; by itself one that suits the values. */
export function mapFor(tab: Tab, spread: Spread | undefined): string {
  if (tab.map !== null && Object.hasOwn(MAPS, tab.map)) return tab.map;
  if (tab.part === 'phase') return 'sinebow';
  return spread && spread.min < 0 && spread.max > 0 && tab.scale !== 'log' ? 'RdBu' : 'viridis';
}

/** The range: as it was set, or by the values that there are. */
export function rangeFor(tab: Tab, map: string, spread: Spread): [low: number, high: number] {
  if (typeof tab.range !== 'string') return [tab.range[0], tab.range[1]];
  if (tab.part === 'phase') return [-Math.PI, Math.PI];
  if (tab.scale === 'log') {
    const [low, high, min] = spread.positive;
    return tab.range === 'full' ? [min, spread.max] : [low, high];
  }
  let [low, high] = tab.range === 'full' ? [spread.min, spread.max] : [spread.low, spread.high];
  // Mostly one value: what is robust would hide the rest.
  if (low === high) [low, high] = [spread.min, spread.max];
  // So that the middle of the map is zero.
  if (MAPS[map]?.group === 'diverging' && low < 0 && high > 0) {
    const most = Math.max(-low, high);
    return [-most, most];
  }
  return [low, high];
}

/** A CSS gradient of a map. */
export function gradient(name: string): string {
  const table = tableOf(name);
  const stops = Array.from({ length: 17 }, (_, i) => {
    const at = Math.round((i / 16) * 255) * 3;
    return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
