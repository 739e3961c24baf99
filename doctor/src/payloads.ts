/** Event data that is valid JSON and delivered as it is, but that not every receiver takes. */

const filled = (members: string) => `{"title":"Sluice doctor","test":true,${members}}`;

export const whitespace = '{ "title" : "Sluice doctor",\n\t"test": true,  "list": [ 1 , 2,3 ] }';
export const keyOrder = filled('"b":1,"a":2,"10":3,"9":4,"B":5');
export const duplicateKeys = filled('"note":"first","note":"second"');
export const exactNumbers = filled(
  '"price":1.10,"count":1.0,"big":12345678901234567890,"small":1E-7,"zero":-0',
);
export const hugeNumber = filled('"huge":1e131072');
export const unicode = filled('"name":"Zoë 漢字 😀 e\u0301"');
export const escapes = filled(String.raw`"name":"Zo\u00eb \uD83D\uDE00 \u003c\u003E \b"`);
export const slashes = filled(String.raw`"path":"/a/b","escaped":"\/a\/b","html":"<a href='x'>&</a>"`);
export const oddText = filled(String.raw`"nul":"a\u0000b","half":"\ud800","separator":"\u2028"`);
export const prototypeKeys = filled('"__proto__":{"admin":true},"constructor":1,"toString":2');
export const empty = '{}';

const levels = 64;
export const deep = filled(`"deep":${'[{"a":'.repeat(levels / 2)}0${'}]'.repeat(levels / 2)}`);

/** Data of this many bytes, or of the fewest that its fixed members need. */
export function dataOfSize(bytes: number): string {
  const without = filled('"filler":""').length;
  return filled(`"filler":"${'x'.repeat(Math.max(0, bytes - without))}"`);
}
