// The colour maps of d3-scale-chromatic, as tables of 256 colours: the module `virtual:colours`.
import * as chromatic from 'd3-scale-chromatic';
import type { Plugin } from 'vite';

const ID = 'virtual:colours';

type Map = (t: number) => string;

/** By name; those that diverge are turned so that the high end is warm. */
const MAPS: Record<string, { group: 'sequential' | 'diverging' | 'cyclic'; map: Map }> = {
  viridis: { group: 'sequential', map: chromatic.interpolateViridis },
  cividis: { group: 'sequential', map: chromatic.interpolateCividis },
  magma: { group: 'sequential', map: chromatic.interpolateMagma },
  inferno: { group: 'sequential', map: chromatic.interpolateInferno },
  plasma: { group: 'sequential', map: chromatic.interpolatePlasma },
  grey: { group: 'sequential', map: (t) => `rgb(${[1, 2, 3].map(() => Math.round(t * 255)).join()})` },
  RdBu: { group: 'diverging', map: (t) => chromatic.interpolateRdBu(1 - t) },
  PuOr: { group: 'diverging', map: (t) => chromatic.interpolatePuOr(1 - t) },
  sinebow: { group: 'cyclic', map: chromatic.interpolateSinebow },
};

export function colours(): Plugin {
  return {
    name: 'npymap:colours',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      const entries = Object.entries(MAPS).map(([name, { group, map }]) => {
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => channels(map(i / 255))).flat());
        return `${JSON.stringify(name)}:{group:${JSON.stringify(group)},table:${JSON.stringify(bytes.toString('base64'))}}`;
      });
      return `export const MAPS={${entries.join()}};`;
    },
  };
}

/** The parts of `#rrggbb` or `rgb(r, g, b)`. */
function channels(colour: string): number[] {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return [...colour.matchAll(/\d+/g)].slice(0, 3).map(([digits]) => Number(digits));
}
