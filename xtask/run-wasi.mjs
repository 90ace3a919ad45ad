// Runs a wasm32-wasip1 program under Node, with the file system of this machine:
// cargo's runner for that target. `node --no-warnings run-wasi.mjs program.wasm [arguments]`
import { readFile } from 'node:fs/promises';
import { argv, cwd, env, exit } from 'node:process';
import { WASI } from 'node:wasi';

const [, , program, ...args] = argv;
const wasi = new WASI({
  version: 'preview1',
  args: [program, ...args],
  env: { ...env, PWD: cwd() },
  preopens: { '/': '/' },
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
exit(wasi.start(instance));
