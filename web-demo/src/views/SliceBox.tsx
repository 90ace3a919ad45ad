// One box with NumPy's syntax: what it gives is said while it is typed, and what is wrong, in NumPy's words.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { ask } from '../engine/client.ts';
import type { Fault } from '../engine/rpc.ts';
import type { Ref, Selected } from '../engine/types.ts';
import { useAnswer } from '../hooks.ts';
import { commit, state } from '../model.ts';
import { select } from '../state.ts';
import { bytes, cost, pythonShape } from '../text/numbers.ts';

/** What was selected before, the latest first. */
const history = signal<readonly string[]>([]);

export function SliceBox({ refTo, selection, error, selected }: { refTo: Ref; selection: string; error: Error | undefined; selected: Selected | undefined }): VNode {
  const [draft, setDraft] = useState(selection);
  useEffect(() => setDraft(selection), [selection]);
  const isDraft = draft !== selection;
  const preview = useAnswer(JSON.stringify(refTo), draft, (abort) => ask('select', { ref: refTo, selection: draft }, { signal: abort }), 60);
  const wrong = isDraft ? (preview.isLoading ? undefined : preview.error) : error;
  const found = isDraft ? preview.value : selected;
  const run = (text: string): void => {
    if (text === selection || (text === draft && wrong)) return;
    history.value = [text, selection, ...history.value.filter((other) => other !== text && other !== selection)].slice(0, 30);
    commit(select(state.value, text, { zoom: null, row: 0, col: 0 }));
  };
  return (
    <form class="slice" role="search" aria-label="Select" onSubmit={(event) => { event.preventDefault(); run(draft); }}>
      <label for="slice" class="slice-label">array[</label>
      <input
        id="slice"
        class={`mono ${wrong ? 'is-wrong' : ''}`}
        type="text"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        list="slices"
        aria-label="Selection, in NumPy's syntax"
        aria-describedby="slice-result"
        aria-invalid={wrong !== undefined}
        value={draft}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(selection);
          // An Enter may also end the composition of a letter.
          if (event.key !== 'Enter' || event.isComposing) return;
          // The button knows what was there when it was drawn: who types fast and presses Enter would be ignored.
          event.preventDefault();
          run(event.currentTarget.value);
        }}
      />
      <span class="slice-label" aria-hidden="true">]</span>
      <button type="submit" class={isDraft && !wrong ? 'primary' : ''} disabled={!isDraft || wrong !== undefined}>Select</button>
      <datalist id="slices">{history.value.map((text) => <option key={text} value={text} />)}</datalist>
      <p id="slice-result" class="slice-result" role="status" data-testid="slice-result">
        {wrong ? <Wrong error={wrong} text={draft} /> : found ? (
          <>
            <span class="mono">{found.array.dtype.startsWith('[') ? 'structure' : found.array.dtype} {pythonShape(found.array.shape)}</span>
            <span class="muted"> {bytes(found.array.nbytes)}; to read all of it, {cost(found.bytes, found.requests)}</span>
          </>
        ) : <span class="muted">…</span>}
      </p>
    </form>
  );
}

/** An error, with a caret below where it is. */
function Wrong({ error, text }: { error: Error; text: string }): VNode {
  const { detail = {} } = error as Partial<Fault>;
  const at = caretAt(text, detail);
  return (
    <span class="error">
      {at !== null && <span class="caret mono" aria-hidden="true">{`${text}\n${' '.repeat(at)}^`}</span>}
      {error.message}
    </span>
  );
}

/** Where in the text an error is: at an offset in bytes, or at the item of an axis. */
function caretAt(text: string, { offset, axis }: Readonly<Record<string, unknown>>): number | null {
  if (typeof offset === 'number') {
    const before = new TextDecoder().decode(new TextEncoder().encode(text).slice(0, offset));
    return Math.min(before.length, text.length);
  }
  if (typeof axis !== 'number' || text.includes('...')) return null;
  let [found, item] = [text.startsWith('[') ? 1 : 0, 0];
  for (let i = 0; i < text.length && item < axis; i += 1) {
    if (text[i] !== ',') continue;
    item += 1;
    found = i + 1;
  }
  return item === axis ? found + (/^\s*/.exec(text.slice(found))?.[0].length ?? 0) : null;
}
