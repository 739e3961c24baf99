import type { Paint } from '../paint.ts';

/** A delivery's state or an attempt's outcome, coloured by whether it went well. */
export function paintedState(paint: Paint, state: string): string {
  if (state === 'delivered') return paint('green', state);
  if (['pending', 'sending', 'held', 'cancelled', 'unknown'].includes(state)) return paint('yellow', state);
  return paint('red', state);
}
