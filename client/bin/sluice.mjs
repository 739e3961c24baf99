#!/usr/bin/env node
// Plain JavaScript that every Node can read: an old one is told what it lacks, before it meets TypeScript.
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  module.enableCompileCache();
  await import('../src/cli.ts');
} else {
  process.stderr.write(
    `sluice needs Node 22.18 or newer; this is ${process.versions.node}. In a checkout of Sluice, "npx sluice" brings its own.\n`,
  );
  process.exitCode = 2;
}
