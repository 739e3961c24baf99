import { dataOfSize } from './payloads.ts';
import { largeBytes } from './probes.ts';

const steps = [16, 32, 64, 96, 104, 128, 160].map((kib) => kib * 1024);

/** Between which sizes of data a receiver's limit lies, found by halving. */
export async function findSizeLimit(
  accepts: (data: string) => Promise<boolean>,
): Promise<{ yes: number; no: number }> {
  let [low, high] = [-1, steps.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await accepts(dataOfSize(steps[middle] ?? 0))) low = middle;
    else high = middle;
  }
  return { yes: steps[low] ?? 0, no: steps[high] ?? largeBytes };
}
