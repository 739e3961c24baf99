import type { Verdict } from './contract.ts';

/** 2xx has arrived, 410 Gone asks for no more, and everything else, redirects too, is tried again. */
export function goneDisables(status: number): Verdict {
  return status === 410 ? 'disable' : anySuccessEnds(status);
}

/** For contracts that never disable an endpoint: 410 is a failure like any other. */
export function anySuccessEnds(status: number): Verdict {
  return status >= 200 && status <= 299 ? 'delivered' : 'retry';
}
