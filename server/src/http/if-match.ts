import { invalidInput } from '../base/errors.ts';

/**
 * Makes a question of an `If-Match` header: is this what the caller has seen? Without a header, and for `*`, everything
 * is. Weak tags are refused: they never match (RFC 9110, 13.1.1).
 * @throws {SluiceError} invalid_input, for what is no list of strong entity tags
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
