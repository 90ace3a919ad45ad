/** Made by `cargo xtask npm`: the module, compressed by deflate (`deflate-raw`), in base64. */
export const wasm: string;
