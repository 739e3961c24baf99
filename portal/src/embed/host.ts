/** What the page tells the page around it. */
export type HostMessage =
  | { readonly type: 'review.loaded'; readonly tasks: number }
  | { readonly type: 'review.decided'; readonly id: string; readonly status: string }
  | { readonly type: 'review.resized'; readonly height: number };

export interface Host {
  tell(message: HostMessage): void;
  /** Calls with what the host wants its page to look like. Messages of other origins are ignored. */
  onTheme(change: (theme: 'light' | 'dark' | 'auto') => void): () => void;
}

/**
 * The page around this one, if its origin is one that the token allows. The browser hands a message over only if the
 * other side has exactly the origin that it is addressed to.
 */
export function createHost(allowedOrigins: readonly string[]): Host {
  const around = originAround();
  const targets = allowedOrigins.filter((origin) => around === null || origin === around);
  return {
    tell(message) {
      if (window.parent === window) return;
      for (const origin of targets) window.parent.postMessage(message, origin);
    },
    onTheme(change) {
      const listen = (event: MessageEvent<unknown>) => {
        if (event.source !== window.parent || !allowedOrigins.includes(event.origin)) return;
        const { data } = event;
        if (
          typeof data !== 'object' ||
          data === null ||
          !('type' in data) ||
          data.type !== 'review.theme' ||
          !('theme' in data)
        )
          return;
        if (data.theme === 'light' || data.theme === 'dark' || data.theme === 'auto') change(data.theme);
      };
      window.addEventListener('message', listen);
      return () => window.removeEventListener('message', listen);
    },
  };
}

/** Not every browser says it; without it every allowed origin is tried. */
function originAround(): string | null {
  const { ancestorOrigins } = window.location;
  return ancestorOrigins && ancestorOrigins.length > 0 ? ancestorOrigins.item(0) : null;
}
