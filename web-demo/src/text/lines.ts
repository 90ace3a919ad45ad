// Lines of code that give the same slice.
import { sourceName, type Source } from '../state.ts';
import { quote } from './selection.ts';

export interface Place {
  src: Source;
  member: string | null;
  as: string | null;
  selection: string;
}

/** With NumPy. What is not there as a file is fetched first. */
export function python({ src, member, as, selection }: Place): string {
  const name = quote(fileName(src));
  const load = member === null ? `np.load(${name}, mmap_mode='r')` : `np.load(${name})[${quote(member)}]`;
  const view = as === null ? '' : `.view(ml_dtypes.${as})`;
  const line = `${load}${view}${bracketed(selection)}`;
  const imports = as === null ? [] : ['import ml_dtypes'];
  if (src.kind !== 'url') return ['import numpy as np', ...imports, '', `a = ${line}`].join('\n');
  const fetched = `urllib.request.urlretrieve(${quote(src.url)}, ${name})`;
  return ['import urllib.request', 'import numpy as np', ...imports, '', fetched, `a = ${line}`].join('\n');
}

/** With the crate npymap. */
export function rust({ src, member, as, selection }: Place): string {
  const open =
    member === null
      ? [`let file = npymap::NpyFile::open(${double(fileName(src))})?;`]
      : [`let archive = npymap::Npz::open(${double(fileName(src))})?;`, `let file = archive.member(${double(member)})?;`];
  const view = as === null ? '' : `.view_dtype(${double(as)}.parse()?)?`;
  return [...open, `let a = file${view}.slice(${double(bracketed(selection) || '[...]')})?;`].join('\n');
}

/** With the package npymap. */
export function javascript({ src, member, as, selection }: Place): string {
  const input = src.kind === 'url' ? single(src.url) : 'file';
  const open =
    member === null
      ? [`const array = await openNpy(${input});`]
      : [`const archive = await openNpz(${input});`, `const array = await archive.open(${single(member)});`];
  const view = as === null ? '' : `.astype(${single(as)})`;
  const slice = selection === '' ? '' : `.slice(${single(selection)})`;
  return [
    `import { ${member === null ? 'openNpy' : 'openNpz'} } from 'npymap';`,
    '',
    ...open,
    `const { data, shape } = await array${view}${slice}.read();`,
  ].join('\n');
}

/** A selection in brackets; nothing if everything is selected. */
export function bracketed(selection: string): string {
  const text = selection.trim();
  return text === '' || text.startsWith('[') ? text : `[${text}]`;
}

/** A string of JavaScript. */
function single(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}

/** A string of Rust. */
function double(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`;
}

function fileName(src: Source): string {
  return src.kind === 'served' ? src.path : sourceName(src);
}
