// The painter's module, loaded when the first picture is wanted.
import init, { Comparison, Envelope, Values } from '../../painter/pkg/painter.js';
import address from '../../painter/pkg/painter_bg.wasm?url';

let loading: Promise<unknown> | undefined;

/** To be awaited before any of the classes is used. */
export async function painter(): Promise<void> {
  loading ??= init({ module_or_path: address });
  try {
    await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

export { Comparison, Envelope, Values };
