import { Visitor } from 'oxc-parser';
import { parse, type SourceFile } from './source.ts';
import { roomOf } from './walls.ts';

/** Rooms that are about particular products: all others ask contracts and presets, never for their names. */
const productRooms = new Set(['products', 'demo']);

/**
 * Sources that name a contract or a preset: as a string, as a key of an object, or by importing it. Differences between
 * contracts and between presets belong into the contract or the preset.
 */
export function findKnownNames(files: readonly SourceFile[], names: readonly string[]): string[] {
  return files
    .filter(({ path }) => !productRooms.has(roomOf(path)))
    .flatMap((file) => {
      const used = new Set(namesIn(file));
      return names.filter((name) => used.has(name)).map((name) => `${file.path} knows ${name} by its name`);
    });
}

/** Its strings, its keys of objects, and the names that it imports from the contracts. */
function namesIn(file: SourceFile): string[] {
  const names: string[] = [];
  new Visitor({
    Literal: ({ value }) => names.push(String(value)),
    TemplateElement: ({ value }) => names.push(value.raw),
    Property: ({ key, computed }) => {
      if (key.type === 'Identifier' && !computed) names.push(key.name);
    },
    ImportDeclaration: ({ source, specifiers }) => {
      if (source.value !== '@sluice/contracts') return;
      for (const specifier of specifiers)
        if (specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier')
          names.push(specifier.imported.name);
    },
  }).visit(parse(file).program);
  return names;
}
