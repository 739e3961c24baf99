import { flowbeacon } from './flowbeacon/preset.ts';
import { flowlu } from './flowlu/preset.ts';
import { flowxtra } from './flowxtra/preset.ts';
import { fluxdesk } from './fluxdesk/preset.ts';
import { fluxo } from './fluxo/preset.ts';
import type { Preset } from './preset.ts';

export type { Preset } from './preset.ts';

/** Every product that can be adopted, by name. */
export const presets: readonly Preset[] = [flowbeacon, flowlu, flowxtra, fluxdesk, fluxo];

/** The preset with this name, or `undefined`. */
export function findPreset(name: string): Preset | undefined {
  return presets.find((preset) => preset.name === name);
}
