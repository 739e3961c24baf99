export type HeaderValue = string | readonly string[] | undefined;

/**
 * Headers of a received request, names in any case: a WHATWG `Headers`, a `Map` or a list of pairs (all iterable), or a
 * record such as Node's `request.headers`.
 */
export type ReceivedHeaders =
  | Iterable<readonly [string, HeaderValue]>
  | { readonly [name: string]: HeaderValue };

/** The values of the header with this name, one for each time it was sent. */
export type HeaderLookup = (name: string) => readonly string[];

/** Collects the values of `names`. The result knows no other headers. */
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
