import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A source file; the path is relative to the root of the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const root = join(import.meta.dirname, '../../..');
const built = new Set(['node_modules', 'dist', 'coverage', 'vectors', 'results']);

/** The files below a folder whose names end in one of the endings; generated ones only where `.gen.ts` is asked for. */
export function readSources(folder: string, endings: readonly string[]): SourceFile[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return built.has(entry.name) || entry.name.startsWith('.') ? [] : readSources(path, endings);
    }
    const isAskedFor = !path.endsWith('.gen.ts') || endings.includes('.gen.ts');
    const wanted = isAskedFor && endings.some((ending) => path.endsWith(ending));
    return wanted ? [{ path, text: readText(path) }] : [];
  });
}

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return []; // Not every workspace has every folder.
  }
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const quoted = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;
const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const template = /(?:\\[\s\S]|[^\\`$]|\$(?!\{))*(?:`|\$\{|$)/y;
const beforePattern = /(?:^|[(,=:[!&|?{};<>+\n]|\breturn)[ \t]*$/;

/** The same text with comments blanked, lines kept. Strings and templates stay: they hold SQL and import paths. */
export function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  // One number for each template that is open: how many braces are open inside its present `${`.
  const templates: number[] = [];

  const take = (expression: RegExp): string | undefined => {
    expression.lastIndex = at;
    const found = expression.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const takeTemplate = () => {
    const found = take(template) ?? '';
    if (found.endsWith('${')) templates.push(0);
    kept += found;
  };

  while (at < text.length) {
    const skipped = take(comment);
    if (skipped !== undefined) {
      kept += skipped.replace(/[^\n]/g, ' ');
      continue;
    }
    const literal = take(quoted) ?? (beforePattern.test(kept.slice(-40)) ? take(pattern) : undefined);
    if (literal !== undefined) {
      kept += literal;
      continue;
    }
    const character = text[at++] ?? '';
    kept += character;
    const open = templates.at(-1);
    if (character === '`') takeTemplate();
    else if (open === undefined) continue;
    else if (character === '{') templates[templates.length - 1] = open + 1;
    else if (character === '}' && open > 0) templates[templates.length - 1] = open - 1;
    else if (character === '}') {
      templates.pop();
      takeTemplate();
    }
  }
  return kept;
}
