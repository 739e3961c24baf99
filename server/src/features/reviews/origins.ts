import { invalidInput } from '../../base/errors.ts';

const written = /^[a-z]+:\/\/[^\s/?#\\@*;,'"]+$/i;
const canonical = /^https?:\/\/(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * An origin as browsers write it: scheme, host and port. It becomes part of a header, so it is judged twice: as it was
 * written and as it will stand there. `https` everywhere, `http` on the own machine only.
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
      'Only https, or http on localhost: on the way, anybody could put another page around it.',
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
