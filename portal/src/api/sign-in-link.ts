const place = '/sign-in';

/**
 * The secret of a sign-in link, if the address has one. It is taken out of the address at once: neither the history
 * nor a copied address keeps it.
 */
export function takeSignInLink(): string | null {
  const { pathname, hash } = window.location;
  if (pathname !== place || hash.length < 2) return null;
  window.history.replaceState(window.history.state, '', place);
  return hash.slice(1);
}
