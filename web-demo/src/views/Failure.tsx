// What went wrong, in words, and what can be done.
import type { VNode } from 'preact';
import type { Fault } from '../engine/rpc.ts';
import { sourceName, type Source, type Tab } from '../state.ts';
import { bytes, grouped, pythonShape } from '../text/numbers.ts';
import { Raw } from './Raw.tsx';

export function Failure({ error, tab, onAgain }: { error: Error; tab: Tab; onAgain: () => void }): VNode {
  const { src } = tab;
  const { code, detail = {} } = error as Partial<Fault>;
  return (
    <div class="failure" role="alert">
      <h2>{title(code, sourceName(src))}</h2>
      <p class="failure-text">{error.message}</p>
      {code === 'ERR_TRUNCATED' && <Truncated detail={detail} />}
      <p class="muted">{advice(code, src)}</p>
      <button type="button" class="primary" onClick={onAgain}>Try again</button>
      {code && <p class="small muted mono">{code}</p>}
      {(tab.raw !== null || MAY_BE_RAW.includes(code ?? '')) && <Raw tab={tab} detail={detail} />}
    </div>
  );
}

/** Of what the numbers may still be read. */
const MAY_BE_RAW = ['ERR_MAGIC', 'ERR_TRUNCATED', 'ERR_HEADER', 'ERR_VERSION'];

function Truncated({ detail }: { detail: Readonly<Record<string, unknown>> }): VNode | null {
  const { expected, found, dtype, shape } = detail as { expected?: number; found?: number; dtype?: string; shape?: number[] };
  if (typeof expected !== 'number' || typeof found !== 'number') return null;
  return (
    <p>
      Its header declares {dtype ? <span class="mono">{dtype} {shape ? pythonShape(shape) : ''}</span> : 'an array'}, which
      takes {grouped(expected)} bytes; the file has {grouped(found)}. <strong>{bytes(expected - found)} are missing.</strong>
    </p>
  );
}

function title(code: string | undefined, name: string): string {
  switch (code) {
    case 'ERR_MAGIC':
      return `${name} is no NumPy file`;
    case 'ERR_TRUNCATED':
      return `${name} is cut off`;
    case 'ERR_OBJECT_DTYPE':
      return `${name} holds Python objects`;
    case 'ERR_HTTP':
      return `${name} cannot be fetched`;
    case 'ERR_RANGE_UNSUPPORTED':
      return `The server of ${name} gives whole files only`;
    case 'ERR_CHANGED':
      return `${name} has changed`;
    default:
      return `${name} cannot be opened`;
  }
}

function advice(code: string | undefined, src: Source): string {
  switch (code) {
    case 'ERR_HTTP':
      return src.kind === 'url'
        ? 'Is the address right? The server must allow other sites to read it: Access-Control-Allow-Origin. You can also download the file and drop it here.'
        : 'Is the server still running?';
    case 'ERR_RANGE_UNSUPPORTED':
      return 'It ignores requests for parts, and the file is too large to be downloaded whole unasked. Download it yourself and drop it here.';
    case 'ERR_OBJECT_DTYPE':
      return 'They are pickled. Unpickling runs code of the file, so nothing of it is executed here.';
    case 'ERR_CHANGED':
      return 'It was written to while it was being looked at.';
    case 'ERR_TRUNCATED':
      return 'The download or the program that wrote it may have stopped early.';
    case 'ERR_MAGIC':
      return 'A .npy file begins with \\x93NUMPY, an .npz file is a ZIP archive.';
    default:
      return src.kind === 'file' ? 'Was the file moved or written to?' : 'Is the address right?';
  }
}
