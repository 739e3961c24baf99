import { invalidInput } from '../base/errors.ts';

/**
 * Reads an `If-Match` header.
 * @returns whether a tag matches it; without a header, and for `*`, every tag does
 * @throws {SluiceError} invalid_input, where it is not a list of strong entity tags (weak ones never match: RFC 9110,
 *   13.1.1)
 */
export function readIfMatch(header: string | undefined): (tag: string) => boolean {
  const given = header?.trim();
  if (given === undefined || given === '*') return () => true;
  if (!/^"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t]*"[\x21\x23-\x7e\x80-\xff]*")*$/.test(given))
    throw invalidInput(
      'header:If-Match',
      'Give the ETag of what you have seen as it was answered, such as "3".',
    );
  const tags = new Set([...given.matchAll(/"([^"]*)"/g)].map(([, tag]) => tag));
  return (tag) => tags.has(tag);
}
