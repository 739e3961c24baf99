import type { SourceFile } from './source.ts';

/** Words that the product does not use: vague subjects, old-fashioned English, and names that need a legend. */
const retired = [
  ...['whoever', 'whomever', 'somebody', 'nobody', 'everybody', 'anew'],
  ...['strays', 'recut', 'madeForOtherEyes', 'neverTold', 'lastWords'],
];
/** Docstrings that can only be understood with another function's docstring. */
const borrowed = /\/\*\*[\s*]*The same for\b/;

/** Retired words in sources and documents: in names, comments, messages and prose. */
export function findRetiredWords(files: readonly SourceFile[]): string[] {
  const word = new RegExp(retired.join('|'), 'i');
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n').flatMap((line, index) => {
      const found = word.exec(line);
      return found === null ? [] : [`${path}:${index + 1} says "${found[0]}"`];
    });
    return borrowed.test(text)
      ? [...lines, `${path} has a docstring that begins with "The same for"`]
      : lines;
  });
}
