import { type SourceFile, withoutComments } from './source.ts';

const longest = 400;

// Put together so that this file does not find itself.
const notes = new RegExp(
  `\\b(?:${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b|@ts-(?:ignore|expect-error)\\b`,
);
const shortcuts = /\bas\s+any\b|\.(?:only|skip)\(/;
const environment =
  /\bprocess\s*(?:\.|\?\.)\s*env\b|\bprocess\s*\[|\benv\b[^;'"]*\bfrom\s*['"](?:node:)?process['"]/;
const environmentReader = 'server/src/base/config.ts';

/** Sources that want to be two. */
export function findLongFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > longest ? [`${path} has ${lines} lines; past ${longest} it wants to be two files`] : [];
  });
}

/** Unfinished work, silenced checks and tests that are left out. */
export function findMarks(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const { path, text } = file;
    const code = withoutComments(file).split('\n');
    return text.split('\n').flatMap((line, index) => {
      const mark = notes.exec(line) ?? shortcuts.exec(code[index] ?? '');
      return mark === null ? [] : [`${path}:${index + 1} says ${mark[0]}`];
    });
  });
}

/** Settings are read in one place, so that one place lists them. */
export function findEnvironmentReaders(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path !== environmentReader && environment.test(withoutComments(file)))
    .map(({ path }) => `${path} reads the environment; let ${environmentReader} do it`);
}
