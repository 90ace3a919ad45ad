// Where everything begins: drop, pick, paste, or take a sample.
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { isServed, notice, openFiles, openSource } from '../model.ts';
import { SAMPLES } from '../samples.ts';
import { sourceName, type Source } from '../state.ts';
import { bytes } from '../text/numbers.ts';
import { filesOfInput, pickFiles, type Found } from './files.ts';
import { Served } from './Served.tsx';

export function Open({ onOpened, canLeave }: { onOpened: () => void; canLeave: boolean }): VNode {
  const [url, setUrl] = useState('');
  const opened = (files: readonly Found[]): void => {
    if (files.length === 0) return;
    openFiles(files);
    onOpened();
  };
  const openUrl = (): void => {
    if (!url.trim()) return;
    openSource({ kind: 'url', url: url.trim() });
    onOpened();
  };
  return (
    <main class="open">
      <section class="open-lead">
        <h2>See any NumPy array at once</h2>
        <p>
          Drop <code>.npy</code> or <code>.npz</code> files of any size. They are read in this browser, piece by piece:{' '}
          <strong>nothing is uploaded</strong>, and only what you look at is read.
        </p>
      </section>
      <section class="open-ways" aria-label="Open">
        <Picker onFiles={opened} />
        <form class="open-url" onSubmit={(event) => { event.preventDefault(); openUrl(); }}>
          <label for="url">or an address</label>
          <div class="joined">
            <input id="url" type="text" inputMode="url" spellcheck={false} autocomplete="off" placeholder="https://example.org/array.npy" value={url} onInput={(event) => setUrl(event.currentTarget.value)} />
            <button type="submit">Open</button>
          </div>
          <p class="small muted">The server must allow other sites to read it (CORS) and answer requests for parts (Range).</p>
        </form>
      </section>
      {isServed && <Served onOpen={(path) => { openSource({ kind: 'served', path }); onOpened(); }} />}
      <section class="samples" aria-labelledby="samples-title">
        <h3 id="samples-title">Or look at a sample</h3>
        <ul>
          {SAMPLES.map(({ name, title, shape, what }) => (
            <li key={name}>
              <button type="button" class="sample" onClick={() => { openSource({ kind: 'sample', name }); onOpened(); }}>
                <span class="sample-title">{title}</span>
                <span class="mono">{shape}</span>
                <span class="muted">{what}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      {canLeave && <p><button type="button" class="quiet" onClick={onOpened}>Back to what is open</button></p>}
    </main>
  );
}

/** A file whose name is all that is known of it. */
export function Missing({ src }: { src: Source }): VNode {
  const size = src.kind === 'file' && src.size > 0 ? ` (${bytes(src.size)})` : '';
  return (
    <main class="centre">
      <div class="failure">
        <h2>Drop {sourceName(src)} again</h2>
        <p>
          This link holds how to look at <strong>{sourceName(src)}</strong>{size}, not the file itself, which never left
          the machine it is on. Drop or pick the file, and it opens as it was.
        </p>
        <Picker onFiles={openFiles} />
      </div>
    </main>
  );
}

function Picker({ onFiles }: { onFiles: (files: readonly Found[]) => void }): VNode {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    const found = filesOfInput(input);
    input.value = '';
    if (found.length === 0) notice.value = 'There is no .npy or .npz file in this folder.';
    onFiles(found);
  };
  const pick = async (): Promise<void> => {
    const found = await pickFiles();
    if (found) onFiles(found);
    else files.current?.click();
  };
  return (
    <div class="dropzone">
      <p class="dropzone-text">Drop files or a folder here</p>
      <div class="row">
        <button type="button" class="primary" onClick={() => void pick()}>Choose files</button>
        <button type="button" onClick={() => folder.current?.click()}>Choose a folder</button>
      </div>
      <input ref={files} type="file" multiple accept=".npy,.npz" class="visually-hidden" tabIndex={-1} aria-label="Files" data-testid="files" onChange={(event) => take(event.currentTarget)} />
      <input ref={folder} type="file" {...{ webkitdirectory: true }} class="visually-hidden" tabIndex={-1} aria-label="Folder" data-testid="folder" onChange={(event) => take(event.currentTarget)} />
    </div>
  );
}
