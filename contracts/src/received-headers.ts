export type HeaderValue = string | readonly string[] | undefined;

/**
 * Headers as receivers have them: a WHATWG `Headers`, a `Map`, a list of pairs (all iterable), or a record
 * such as Node's `request.headers`. Names in any case.
 */
export type ReceivedHeaders =
  | Iterable<readonly [string, HeaderValue]>
  | { readonly [name: string]: HeaderValue };

/** What was sent under one name: more than one value where the header came more than once. */
export type HeaderLookup = (name: string) => readonly string[];

/** Collects the values of `names`; all other headers are passed over. */
export function lookUp(headers: ReceivedHeaders, names: readonly string[]): HeaderLookup {
  const found = new Map<string, string[]>(names.map((name) => [name.toLowerCase(), []]));
  for (const [name, value] of isIterable(headers) ? headers : Object.entries(headers)) {
    const values = found.get(name.toLowerCase());
    if (values === undefined || value === undefined) continue;
    if (typeof value === 'string') values.push(value);
    else values.push(...value);
  }
  return (name) => found.get(name.toLowerCase()) ?? [];
}

function isIterable(headers: ReceivedHeaders): headers is Iterable<readonly [string, HeaderValue]> {
  return Symbol.iterator in headers;
}
