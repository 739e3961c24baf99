import { posix } from 'node:path';
import { type Expression, Visitor } from 'oxc-parser';
import { parse, type SourceFile } from './source.ts';

/** Where an import leads: to a file of the repository, to a package, or to a path computed at run time. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'computed' };

/** Every import and re-export of a file: of values, of types, and by `import()`. */
export function importsOf(file: SourceFile): Target[] {
  const targets: Target[] = [];
  const add = (source: Expression | null) => {
    if (source === null) return;
    const specifier = source.type === 'Literal' ? source.value : null;
    targets.push(typeof specifier === 'string' ? targetOf(specifier, file.path) : { kind: 'computed' });
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
  }).visit(parse(file).program);
  return targets;
}

function targetOf(specifier: string, from: string): Target {
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
