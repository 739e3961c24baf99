/** `npm start`: installs when needed, then runs the service under a Node that reads TypeScript. */
import { setUp } from './install.mjs';
import { run } from './process.mjs';

run(await setUp(), 'server/src/main.ts', process.argv.slice(2));
