import { laidOut } from '../text/json.ts';

/** How a task's content is to be shown. */
export type Shown =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'markdown'; readonly text: string }
  | { readonly kind: 'html'; readonly text: string }
  | { readonly kind: 'image'; readonly url: string; readonly description: string }
  | { readonly kind: 'json'; readonly text: string };

/**
 * Chooses by the content's type; without one, text is text and everything else is JSON. An image whose URL is not
 * https (or http to this machine) is shown as the text that it is.
 *
 * @param json the content as the exact text of its JSON
 */
export function showAs(json: string, contentType: string | null): Shown {
  const content: unknown = JSON.parse(json);
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type.startsWith('image/')) {
    const image = imageOf(content);
    if (image) return { kind: 'image', ...image };
  }
  if (typeof content === 'string') {
    if (type === 'text/markdown') return { kind: 'markdown', text: content };
    if (type === 'text/html') return { kind: 'html', text: content };
    if (type !== 'application/json') return { kind: 'text', text: content };
  }
  return { kind: 'json', text: laidOut(json) ?? json };
}

function imageOf(content: unknown): { url: string; description: string } | null {
  if (typeof content === 'string') return isImageUrl(content) ? { url: content, description: '' } : null;
  if (typeof content !== 'object' || content === null || !('url' in content)) return null;
  const description =
    'description' in content && typeof content.description === 'string' ? content.description : '';
  return typeof content.url === 'string' && isImageUrl(content.url)
    ? { url: content.url, description }
    : null;
}

function isImageUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1'))
  );
}

/** Content as text for the editor: text itself, anything else as JSON. */
export function toEditable(json: string): string {
  const content: unknown = JSON.parse(json);
  return typeof content === 'string' ? content : (laidOut(json) ?? json);
}

/**
 * The editor's text as JSON again.
 * @throws {SyntaxError} when content that was no text is no JSON any more
 */
export function fromEditable(text: string, original: string): string {
  if (typeof JSON.parse(original) === 'string') return JSON.stringify(text);
  JSON.parse(text);
  return text;
}
