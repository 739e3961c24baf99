/**
 * Where a notification leads, if following it does nothing but load a page.
 * @returns `null` for what is no `http:` or `https:` URL, or carries a user name: that is shown as text
 */
export function safeLink(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return url.username === '' && url.password === '' ? url : null;
}
