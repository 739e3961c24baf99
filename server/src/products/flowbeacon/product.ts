import type { Product } from '../product.ts';
import { flowbeacon as preset } from './preset.ts';
import { flowbeaconRoutes } from './routes.ts';

/** FlowBeacon, with its signed public API. */
export const flowbeacon: Product = {
  preset,
  routes: flowbeaconRoutes,
  groups: [
    { name: 'FlowBeacon: webhooks', description: "Below `/api/public/v1`, in FlowBeacon's own form." },
    { name: 'FlowBeacon: evaluations', description: "Below `/api/public/v1`, in FlowBeacon's own form." },
  ],
};
