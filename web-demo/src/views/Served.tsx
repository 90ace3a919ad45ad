// The files of the machine that serves the page: `npymap serve`.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useAnswer } from '../hooks.ts';
import { bytes, pythonShape } from '../text/numbers.ts';

interface Entry {
  path: string;
  size: number;
  dtype?: string;
  shape?: number[];
}

export function Served({ onOpen }: { onOpen: (path: string) => void }): VNode {
  const [filter, setFilter] = useState('');
  const { value, error } = useAnswer('list', '', list);
  const wanted = filter.toLowerCase();
  const entries = value?.filter(({ path }) => path.toLowerCase().includes(wanted)) ?? [];
  return (
    <section class="served" aria-labelledby="served-title">
      <h3 id="served-title">Files here</h3>
      {error && <p class="error" role="alert">{error.message}</p>}
      <input type="search" placeholder="Filter" aria-label="Filter files" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      <ul class="rows">
        {entries.slice(0, 500).map(({ path, size, dtype, shape }) => (
          <li key={path}>
            <button type="button" class="member" onClick={() => onOpen(path)}>
              <span class="member-name">{path}</span>
              <span class="mono muted">{dtype ? `${dtype} ${pythonShape(shape ?? [])}` : ''}</span>
              <span class="muted">{bytes(size)}</span>
            </button>
          </li>
        ))}
      </ul>
      {value && entries.length === 0 && <p class="muted">No file of this name.</p>}
    </section>
  );
}

async function list(signal: AbortSignal): Promise<Entry[]> {
  const response = await fetch(new URL('./api/list', document.baseURI), { signal });
  if (!response.ok) throw new Error(`the list of files cannot be read: the server answered ${response.status}`);
  const found = (await response.json()) as Entry[] | { files: Entry[] };
  return Array.isArray(found) ? found : found.files;
}
