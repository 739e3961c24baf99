import { dataOfSize } from './payloads.ts';
import { largeBytes } from './probes.ts';

const steps = [16, 32, 64, 96, 104, 128, 160].map((kib) => kib * 1024);

/** Bytes of event data: the largest step that was accepted (0 without one) and the smallest that was not. */
export interface SizeLimit {
  readonly accepted: number;
  readonly refused: number;
}

/** Finds by bisection how much event data a receiver takes that does not take `largeBytes`. */
export async function findSizeLimit(accepts: (data: string) => Promise<boolean>): Promise<SizeLimit> {
  let [low, high] = [-1, steps.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await accepts(dataOfSize(steps[middle] ?? 0))) low = middle;
    else high = middle;
  }
  return { accepted: steps[low] ?? 0, refused: steps[high] ?? largeBytes };
}
