/// <reference lib="dom" />

/** What the embedded review tells the page around it. */
export interface ReviewEvents {
  /** It is there, with this many tasks to decide. */
  onLoaded?(tasks: number): void;
  /** A reviewer has acted: the task's id and its status from then on. */
  onDecided?(decision: { readonly id: string; readonly status: string }): void;
}

export interface MountOptions extends ReviewEvents {
  /** The `url` that `POST /v1/embed-tokens` answered. */
  readonly url: string;
  /** What assistive technology calls the frame. */
  readonly title?: string;
  /** `auto` follows what the visitor's system says. */
  readonly theme?: 'light' | 'dark' | 'auto';
}

export interface MountedReview {
  readonly frame: HTMLIFrameElement;
  setTheme(theme: 'light' | 'dark' | 'auto'): void;
  /** Takes the frame away and stops listening. */
  remove(): void;
}

/**
 * Shows the embedded review in an element of a page, as high as its content, and hands over its events. Only messages
 * of that frame and its origin count.
 *
 * @throws TypeError when `url` is no URL
 * @example
 * mountReview(document.querySelector('#review'), { url, onDecided: ({ id, status }) => refresh(id, status) });
 */
export function mountReview(container: Element, options: MountOptions): MountedReview {
  const { origin } = new URL(options.url);
  const frame = container.ownerDocument.createElement('iframe');
  frame.title = options.title ?? 'Review';
  frame.referrerPolicy = 'no-referrer';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms');
  frame.style.cssText = 'width:100%;min-height:480px;border:0';
  let theme = options.theme ?? 'auto';

  const tellTheme = () => frame.contentWindow?.postMessage({ type: 'review.theme', theme }, origin);
  const hear = (event: MessageEvent<unknown>) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const message = readMessage(event.data);
    if (message.type === 'review.resized' && typeof message.height === 'number')
      frame.style.height = `${message.height}px`;
    if (message.type === 'review.loaded' && typeof message.tasks === 'number') {
      tellTheme();
      options.onLoaded?.(message.tasks);
    }
    if (
      message.type === 'review.decided' &&
      typeof message.id === 'string' &&
      typeof message.status === 'string'
    ) {
      options.onDecided?.({ id: message.id, status: message.status });
    }
  };

  window.addEventListener('message', hear);
  frame.src = options.url;
  container.append(frame);
  return {
    frame,
    setTheme(chosen) {
      theme = chosen;
      tellTheme();
    },
    remove() {
      window.removeEventListener('message', hear);
      frame.remove();
    },
  };
}

function readMessage(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}
