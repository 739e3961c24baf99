/** `npm start`: installs and builds the pages when needed, then runs the service under a Node that reads TypeScript. */
import { setUp } from './install.mjs';
import { buildPortal } from './portal.mjs';
import { run } from './process.mjs';

const node = await setUp();
await buildPortal(node);
run(node, 'server/src/main.ts', process.argv.slice(2));
