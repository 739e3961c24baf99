import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';

/** A source file; the path is relative to the root of the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const root = join(import.meta.dirname, '../../..');
const skippedFolders = new Set(['node_modules', 'dist', 'coverage', 'vectors', 'results']);

/** The files below a folder whose names end in one of the endings; none where the folder does not exist. */
export function readSources(folder: string, endings: readonly string[]): SourceFile[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const skipped = skippedFolders.has(entry.name) || entry.name.startsWith('.');
      return skipped ? [] : readSources(path, endings);
    }
    const wanted = endings.some((ending) => path.endsWith(ending));
    return wanted ? [readSource(path)] : [];
  });
}

/** One file by its path. */
export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return []; // Not every workspace has every folder.
  }
}

export function isGenerated({ path }: SourceFile): boolean {
  return path.endsWith('.gen.ts');
}

const parsed = new WeakMap<SourceFile, ParseResult>();

/**
 * The syntax tree and the comments of a TypeScript or JavaScript file, parsed once.
 *
 * @throws Error where the file is not valid syntax.
 */
export function parse(file: SourceFile): ParseResult {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const result = parseSync(file.path, file.text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${file.path}: ${error.message}`);
  parsed.set(file, result);
  return result;
}

/** The text with its comments blanked and its lines kept. Files in other languages, such as SQL, stay as they are. */
export function withoutComments(file: SourceFile): string {
  if (!/\.(?:tsx?|mjs)$/.test(file.path)) return file.text;
  let code = '';
  let at = 0;
  for (const { start, end } of parse(file).comments) {
    code += file.text.slice(at, start) + file.text.slice(start, end).replace(/[^\n]/g, ' ');
    at = end;
  }
  return code + file.text.slice(at);
}
