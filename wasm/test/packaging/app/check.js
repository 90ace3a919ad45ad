import { NpyError, open, openNpz, toNpy, toNpz } from 'npymap';

/** What takes the wasm module and what does not; `'ok'`, or what is wrong. */
export async function check() {
  const file = toNpy(Float32Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] });
  const array = await open(file);
  const read = async (selection) => String((await array.slice(selection).read()).data);
  const archive = await openNpz(await toNpz({ a: file }, { deflate: true }));
  const found = [
    await read('...'),
    await read('::-1, 1:'),
    await array.text(),
    String((await array.stats()).sum),
    String((await (await archive.open('a')).transpose().read()).data),
    await open(new Uint8Array(20)).catch((error) => `${error instanceof NpyError} ${error.code}`),
  ].join('; ');
  const expected = '1,2,3,4,5,6; 5,6,2,3; [[1. 2. 3.]\n [4. 5. 6.]]; 21; 1,4,2,5,3,6; true ERR_MAGIC';
  return found === expected ? 'ok' : `found ${found}, expected ${expected}`;
}
