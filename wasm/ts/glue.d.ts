/** Made by `cargo xtask npm`. */
export { create } from './boundary.js';
