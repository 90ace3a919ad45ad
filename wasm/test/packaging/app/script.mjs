// What Node.js, Deno and Bun run.
import { check } from './check.js';

console.log(await check());
