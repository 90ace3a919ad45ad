// As users write it: from a bundler's point of view, all there is.
import { check } from './check.js';

check().then(
  (result) => {
    globalThis.result = result;
  },
  (error) => {
    globalThis.result = String(error.stack ?? error);
  },
);
