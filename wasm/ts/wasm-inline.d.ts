/** Made by `cargo xtask npm`: the module in base64. */
export const wasm: string;
