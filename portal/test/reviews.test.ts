import { expect, test } from 'vitest';
import { fromEditable, showAs, toEditable } from '../src/reviews/content.ts';
import { bodyOf, readTask } from '../src/reviews/review-api.ts';

test('the content of a task stays the text that it is', () => {
  const task = readTask('{"id":"rev_1","content":{"amount":1e400},"revision":null,"version":3}');
  expect(task).toMatchObject({ id: 'rev_1', content: '{"amount":1e400}', revision: null });
});

test('a decision names the version that was seen, and keeps the edited content byte for byte', () => {
  expect(bodyOf({ kind: 'approve', comment: '' }, 2)).toBe('{"version":2}');
  expect(bodyOf({ kind: 'reject', reason: 'No receipt' }, 2)).toBe('{"reason":"No receipt","version":2}');
  expect(bodyOf({ kind: 'revise', content: '{"amount": 1e400}', comment: 'Fixed' }, 2)).toBe(
    '{"content":{"amount": 1e400},"comment":"Fixed","version":2}',
  );
});

test.each([
  ['"# Title"', 'text/markdown', 'markdown'],
  ['"<b>x</b>"', 'text/html; charset=utf-8', 'html'],
  ['"plain"', null, 'text'],
  ['"plain"', 'application/json', 'json'],
  ['{"a":1}', null, 'json'],
  ['"https://example.com/a.png"', 'image/png', 'image'],
  ['{"url":"http://127.0.0.1/a.png","description":"A"}', 'image/png', 'image'],
  ['"http://example.com/a.png"', 'image/png', 'text'],
  ['"javascript:alert(1)"', 'image/png', 'text'],
])('%s of type %s is shown as %s', (content, type, expected) => {
  expect(showAs(content, type).kind).toBe(expected);
});

test('the editor takes text as text and everything else as JSON', () => {
  expect(toEditable('"a \\"b\\""')).toBe('a "b"');
  expect(toEditable('{"a":1e400}')).toBe('{\n  "a": 1e400\n}');
  expect(fromEditable('new', '"old"')).toBe('"new"');
  expect(fromEditable('[1]', '{}')).toBe('[1]');
  expect(() => fromEditable('[', '{}')).toThrow(SyntaxError);
});
