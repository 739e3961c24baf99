/** Builds the pages when their sources changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secondsSince } from './install.mjs';
import { finish, root, say } from './process.mjs';

const portal = join(root, 'portal');
const stampFile = join(portal, 'dist', '.built-from');
const sources = ['src', 'index.html', 'embed.html', 'vite.config.ts', 'package.json'];

/**
 * Ends the process when the build fails: pages of an older version would be worse than none.
 *
 * @param {string} node path of the Node to use
 */
export async function buildPortal(node) {
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  const started = Date.now();
  const { ending, output } = await finish(
    node,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', portal],
    'pipe',
  );
  if (ending !== 0) {
    say(output.trimEnd());
    say(`\nThe pages could not be built (${ending}); what Vite said is above.`);
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
  say(`Pages built in ${secondsSince(started)}.`);
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const path of sources.flatMap((name) => filesOf(join(portal, name))))
    hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}
