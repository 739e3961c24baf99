import fc from 'fast-check';

/** Texts made of JSON's own pieces: some are JSON, most nearly are. */
export const looseJsonText: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\n',
      '"a"',
      '"a":',
      '"',
      '\\',
      '\\u0041',
      '\\n',
      'é',
      '0',
      '1',
      '-',
      '.',
      'e',
      '+',
      'true',
      'false',
      'null',
      '{}',
      '[]',
      '{"a":1}',
      '[1]',
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

const key = fc.oneof(
  fc.constantFrom(
    '"a"',
    '"\\u0061"',
    '"__proto__"',
    '"type"',
    '"version"',
    '"title"',
    '"event"',
    '"current"',
    '"previous"',
    '""',
  ),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);
const space = fc.constantFrom('', '', '', ' ', '\n', '\t \r');

const value = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '1e131072',
      '-0',
      '0.10',
      '12345678901234567890',
      'null',
      'true',
      '"\\u0000"',
      '"\\ud800"',
      '"é\\/"',
      '{}',
      '[]',
    ),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
  ),
  object: fc
    .tuple(space, fc.array(fc.tuple(space, key, space, tie('value'), space), { maxLength: 4 }))
    .map(([inner, members]) => {
      const written = members.map(
        ([before, name, between, content, after]) => `${before}${name}${between}:${content}${after}`,
      );
      return `{${written.length === 0 ? inner : written.join(',')}}`;
    }),
}));

/** Objects as publishers may write them: odd white space, duplicate keys, numbers that no double holds. */
export const jsonObjectText: fc.Arbitrary<string> = value.object;
