import { type SourceFile, withoutComments } from './source.ts';
import { roomOf } from './walls.ts';

/** Rooms that are about particular products: everything else asks contracts and presets, never who they are. */
const rooms = new Set(['products', 'demo']);

/**
 * Sources that know a contract or a preset by its name: as a text of its own, as a key, or imported. What differs
 * between them belongs into the dialect or the preset.
 */
export function findKnownNames(files: readonly SourceFile[], names: readonly string[]): string[] {
  const any = names.join('|');
  const forms = [
    new RegExp(`(['"\`])(${any})\\1`, 'g'),
    new RegExp(`[{,]\\s*()(${any})\\s*:`, 'g'),
    new RegExp(`\\bimport\\b[^'"\`;]*?\\b()(${any})\\b[^'"\`;]*?\\bfrom\\s*['"]@sluice/contracts['"]`, 'g'),
  ];
  return files
    .filter(({ path }) => !rooms.has(roomOf(path)))
    .flatMap(({ path, text }) => {
      const code = withoutComments(text);
      const found = forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[2] ?? ''));
      return [...new Set(found)].map((name) => `${path} knows ${name} by its name`);
    });
}
