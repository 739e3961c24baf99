import { posix } from 'node:path';
import { type SourceFile, withoutComments } from './source.ts';

/** Where an import leads: to a file of the repository, to a package, or who knows where. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'computed' };

const statement = /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(.+?)\1/gm;
const forEffect = /^[ \t]*import\s*(['"])(.+?)\1/gm;
const call = /(?<![.\w])import\s*\(\s*(?:(['"])(.+?)\1\s*[,)])?/g;

/** Every import and re-export of a file: values, types and `import()`. */
export function importsOf(file: SourceFile): Target[] {
  const code = withoutComments(file.text);
  return [statement, forEffect, call].flatMap((form) =>
    [...code.matchAll(form)].map((match) => targetOf(match[2], file.path)),
  );
}

function targetOf(specifier: string | undefined, from: string): Target {
  if (specifier === undefined) return { kind: 'computed' };
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.join(posix.dirname(from), specifier) };
  }
  const depth = specifier.startsWith('@') ? 2 : 1;
  return { kind: 'package', name: specifier.split('/').slice(0, depth).join('/') };
}

/** Files that import each other in a ring, each ring once, as one line to read. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, filesImportedBy(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}

function filesImportedBy(file: SourceFile): string[] {
  return importsOf(file).flatMap((target) => (target.kind === 'file' ? [target.path] : []));
}
