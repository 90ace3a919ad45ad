// Runs a wasm32-wasip1 program under Node, with the file system of this machine:
// cargo's runner for that target. `node --no-warnings run-wasi.mjs program.wasm [arguments]`
//
// The program runs in a child, which tells its status before it ends: Node.js 20 may crash when it
// ends after large programs, and that is not for a test to fail by.
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { argv, cwd, env, execArgv, execPath, exit } from 'node:process';
import { WASI } from 'node:wasi';

const CHILD = 'RUN_WASI_CHILD';
const STATUS = 3;

const [, script, program, ...args] = argv;
if (env[CHILD] === undefined) {
  const child = spawnSync(execPath, [...execArgv, script, program, ...args], {
    env: { ...env, [CHILD]: '1' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  const told = child.output?.[STATUS]?.toString() ?? '';
  exit(told === '' ? (child.status ?? 1) || 1 : Number(told));
}
const wasi = new WASI({
  version: 'preview1',
  args: [program, ...args],
  env: { ...env, PWD: cwd() },
  preopens: { '/': '/' },
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
const status = wasi.start(instance);
writeSync(STATUS, String(status));
exit(status);
