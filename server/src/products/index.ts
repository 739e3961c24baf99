import { flowbeacon } from './flowbeacon/product.ts';
import { flowlu } from './flowlu/preset.ts';
import { flowxtra } from './flowxtra/product.ts';
import { fluxdesk } from './fluxdesk/preset.ts';
import { fluxo } from './fluxo/preset.ts';
import type { Product } from './product.ts';

/** Every product that organizations can adopt, by name. */
export const products: readonly Product[] = [
  flowbeacon,
  { preset: flowlu },
  flowxtra,
  { preset: fluxdesk },
  { preset: fluxo },
];
