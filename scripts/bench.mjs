/** `npm run bench`: same set-up as `npm start`, then the load generator. */
import { setUp } from './install.mjs';
import { run } from './process.mjs';

run(await setUp(), 'bench/src/main.ts', process.argv.slice(2));
