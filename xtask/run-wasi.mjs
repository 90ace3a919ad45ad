// Runs a test program for wasm32-wasip1 under Node, with the file system of this machine:
// cargo's runner for that target. `node --no-warnings run-wasi.mjs program.wasm [arguments]`
//
// The tests run in a child: Node.js 20 may crash when a large program is at its end, after the line
// that says that all tests passed, and that is not for a test to fail by.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { argv, cwd, env, execArgv, execPath, exit, stdout } from 'node:process';
import { WASI } from 'node:wasi';

const CHILD = 'RUN_WASI_CHILD';

const [, script, program, ...args] = argv;
if (env[CHILD] === undefined) {
  const child = spawn(execPath, [...execArgv, script, program, ...args], {
    env: { ...env, [CHILD]: '1' },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  let end = '';
  child.stdout.on('data', (text) => {
    stdout.write(text);
    end = (end + text).slice(-1000);
  });
  child.on('close', (status, signal) => {
    const passed = /\ntest result: ok\. [^\n]*\n*$/.test(end);
    exit(signal === 'SIGSEGV' && passed ? 0 : (status ?? 1));
  });
} else {
  const wasi = new WASI({
    version: 'preview1',
    args: [program, ...args],
    env: { ...env, PWD: cwd() },
    preopens: { '/': '/' },
  });
  const module = await WebAssembly.compile(await readFile(program));
  const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
  exit(wasi.start(instance));
}
