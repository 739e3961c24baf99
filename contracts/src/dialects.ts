/** Every contract there is. A new one is a line here. */
export { flowbeacon } from './dialects/flowbeacon.ts';
export { flowlu } from './dialects/flowlu.ts';
export { flowxtra } from './dialects/flowxtra.ts';
export { fluxdesk } from './dialects/fluxdesk.ts';
export { fluxo } from './dialects/fluxo.ts';
export { standard } from './dialects/standard.ts';
