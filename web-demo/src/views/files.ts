// What was dropped or picked: files, and folders of files.

export interface Found {
  origin: File | FileSystemFileHandle;
  name: string;
  size: number;
}

/** The most that is opened at once. */
const MOST = 100;

/** The .npy and .npz files of what was dropped; all files, if only files were. */
export async function filesOf(transfer: DataTransfer): Promise<Found[]> {
  // Everything must be asked for before anything is waited for: the browser takes it away.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => ({
    handle: 'getAsFileSystemHandle' in item ? (item.getAsFileSystemHandle as () => Promise<FileSystemHandle | null>)().catch(() => null) : null,
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.getAsFile(),
  }));
  const plain = [...transfer.files];
  const found: Found[] = [];
  for (const { handle: asked, entry, file } of items) {
    if (found.length >= MOST) break;
    if (entry?.isDirectory) {
      await walk(entry as FileSystemDirectoryEntry, found);
      continue;
    }
    const handle = await asked;
    if (handle?.kind === 'file') found.push(await foundOf(handle as FileSystemFileHandle));
    else if (file) found.push(ofFile(file));
  }
  return items.length > 0 ? found : plain.slice(0, MOST).map(ofFile);
}

/** Those that an input has. Of a folder, only what may be arrays. */
export function filesOfInput(input: HTMLInputElement): Found[] {
  const files = [...(input.files ?? [])];
  return (input.webkitdirectory ? files.filter(({ name }) => isArray(name)) : files).slice(0, MOST).map(ofFile);
}

/** Asks for files, as handles where browsers have them: then changes can be seen. */
export async function pickFiles(): Promise<Found[] | null> {
  const picker = (globalThis as { showOpenFilePicker?: (opts: object) => Promise<FileSystemFileHandle[]> }).showOpenFilePicker;
  if (!picker) return null;
  const types = [{ description: 'NumPy arrays', accept: { 'application/octet-stream': ['.npy', '.npz'] } }];
  try {
    const handles = await picker({ multiple: true, types });
    return await Promise.all(handles.slice(0, MOST).map(foundOf));
  } catch (error) {
    if ((error as Error).name === 'AbortError') return [];
    return null;
  }
}

function ofFile(file: File): Found {
  return { origin: file, name: file.name, size: file.size };
}

/** A file by its handle. */
export async function foundOf(handle: FileSystemFileHandle): Promise<Found> {
  const { name, size } = await handle.getFile();
  return { origin: handle, name, size };
}

async function walk(folder: FileSystemDirectoryEntry, found: Found[]): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (found.length >= MOST) return;
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, found);
      else if (isArray(entry.name)) {
        found.push(ofFile(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))));
      }
    }
  }
}

function isArray(name: string): boolean {
  return /\.np[yz]$/i.test(name);
}
