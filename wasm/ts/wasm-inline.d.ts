import type { Inlined } from './wasm.js';

/** Made by `cargo xtask npm`: the module. */
export const wasm: Inlined;
