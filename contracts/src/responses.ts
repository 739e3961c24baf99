import type { Verdict } from './contract.ts';

/** 2xx is delivered, 410 Gone disables the endpoint, and every other status, redirects included, is retried. */
export function goneDisables(status: number): Verdict {
  return status === 410 ? 'disable' : anySuccessEnds(status);
}

/** 2xx is delivered, and every other status, redirects and 410 included, is retried. */
export function anySuccessEnds(status: number): Verdict {
  return status >= 200 && status <= 299 ? 'delivered' : 'retry';
}
