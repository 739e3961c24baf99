import fc from 'fast-check';

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });

const numbers = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1e131072',
    '1E-400',
    '0.10',
    '1e+2',
    '123456789012345678901234567890.000',
  ),
  fc.maxSafeInteger().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

const strings = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"\\u0000"',
    '"\\ud800"',
    '"\\uDFFF"',
    '"\\ud83d\\ude00"',
    '"😀"',
    '"\\/"',
    '"é"',
    '"e\\u0301"',
    '"\u2028"',
    '"\\u007f"',
    '"__proto__"',
    '"constructor"',
  ),
);

/** Any JSON value as any of the texts that mean it: with odd white space, repeated keys and numbers beyond any double. */
const values = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    numbers,
    strings,
    tie('list'),
    tie('object'),
  ),
  list: fc
    .tuple(space, fc.array(fc.tuple(tie('value'), space), { maxLength: 4 }))
    .map(([before, entries]) => `[${before}${entries.map(([value, after]) => value + after).join(',')}]`),
  object: fc
    .tuple(
      space,
      fc.array(fc.tuple(space, fc.oneof(strings, fc.constant('"a"')), space, space, tie('value'), space), {
        maxLength: 5,
      }),
    )
    .map(([inside, members]) => {
      const texts = members.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
      return `{${texts.length === 0 ? inside : texts.join(',')}}`;
    }),
}));

/** One JSON object, as the text that somebody might send. */
export const jsonObjectTexts: fc.Arbitrary<string> = values.object;
