import { invalidInput } from '../../base/errors.ts';

const written = /^[a-z]+:\/\/[^\s/?#\\@*;,'"]+$/i;
const canonical = /^https?:\/\/(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * Normalizes an origin to the form of browsers: scheme, host and port. `http` is accepted for localhost only. The form is
 * checked before and after the URL parser, because the result becomes part of a header.
 * @throws {SluiceError} invalid_input
 */
export function canonicalOrigin(text: string, pointer: string): string {
  const url = written.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null || !canonical.test(url.origin)) {
    throw invalidInput(
      pointer,
      'This is not an origin: scheme, host and, where needed, port, such as https://app.example.com.',
    );
  }
  if (url.protocol === 'http:' && !isOwnMachine(url.hostname)) {
    throw invalidInput(
      pointer,
      'Use https, or http on localhost: on the way, an attacker could replace a page that is sent over http.',
    );
  }
  return url.origin;
}

function isOwnMachine(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    host === '[::1]'
  );
}
