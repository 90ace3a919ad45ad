// What can be taken along: the slice as a file, the picture, lines of code, the link.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../engine/client.ts';
import { notice } from '../model.ts';
import { sourceName } from '../state.ts';
import { javascript, python, rust } from '../text/lines.ts';
import { bytes, cost, pythonShape } from '../text/numbers.ts';
import type { Looking } from './Opened.tsx';
import { pictureCanvas } from './picture.ts';

const LANGUAGES = { Python: python, Rust: rust, JavaScript: javascript };

export function TakeAway({ looking }: { looking: Looking }): VNode {
  const { tab, ref, selection, selected, arrangement, facts } = looking;
  const [language, setLanguage] = useState<keyof typeof LANGUAGES>('Python');
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const controller = useRef(new AbortController());
  useEffect(() => () => controller.current.abort(), []);
  const name = `${sourceName(tab.src).replace(/\.np[yz]$/i, '')}${tab.member === null ? '' : `-${tab.member.replace(/[^\w.-]+/g, '_')}`}`;
  const canvas = pictureCanvas();
  const isWhole = selected.array.size === facts.size;
  const code = LANGUAGES[language]({ src: tab.src, member: tab.member, as: tab.as, selection });

  const run = async (work: (signal: AbortSignal, onProgress: (done: number, total: number) => void) => Promise<Blob>, ending: string): Promise<void> => {
    setError(null);
    setProgress({ done: 0, total: 1 });
    try {
      const blob = await work(controller.current.signal, (done, total) => setProgress({ done, total }));
      save(blob, `${name}${isWhole ? '' : '-slice'}.${ending}`);
    } catch (found) {
      if (!controller.current.signal.aborted) setError((found as Error).message);
    } finally {
      setProgress(null);
    }
  };
  const copy = async (text: string, what: string): Promise<void> => {
    await navigator.clipboard.writeText(text);
    notice.value = `Copied ${what}.`;
  };
  return (
    <div class="takeaway">
      <section>
        <h3>What is selected</h3>
        <p class="mono">{selected.array.dtype.startsWith('[') ? 'structure' : selected.array.dtype} {pythonShape(selected.array.shape)}, {bytes(selected.array.nbytes)}</p>
        <div class="row">
          <button type="button" class="primary" disabled={progress !== null} onClick={() => void run((signal, onProgress) => ask('npy', { ref, selection }, { signal, onProgress }), 'npy')}>Save as .npy</button>
          <button type="button" disabled={progress !== null} onClick={() => void run((signal, onProgress) => ask('csv', { ref, selection, fields: arrangement.columns }, { signal, onProgress }), 'csv')}>Save as CSV</button>
          {canvas && <button type="button" onClick={() => canvas.toBlob((blob) => blob && save(blob, `${name}.png`))}>Save the picture</button>}
        </div>
        <p class="small muted">Reading it takes {cost(selected.bytes, selected.requests)}.</p>
        {progress && <p role="status"><progress value={progress.done} max={progress.total} aria-label="Written" /></p>}
        {error && <p class="error" role="alert">{error}</p>}
      </section>
      <section>
        <h3>The same, in code</h3>
        <div class="joined" role="group" aria-label="Language">
          {(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]).map((one) => (
            <button key={one} type="button" class="small" aria-pressed={one === language} onClick={() => setLanguage(one)}>{one}</button>
          ))}
        </div>
        <pre class="code" tabIndex={0} data-testid="code">{code}</pre>
        <button type="button" onClick={() => void copy(code, `the ${language} code`)}>Copy</button>
      </section>
      <section>
        <h3>A link to this view</h3>
        <p class="small muted">{tab.src.kind === 'file' ? 'It holds how the file is looked at, not the file: whoever has the file drops it on the page.' : 'Whoever follows it sees the same.'}</p>
        <button type="button" onClick={() => void copy(location.href, 'the link')}>Copy the link</button>
      </section>
    </div>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not at once: some browsers are still fetching it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
