import type { Product } from '../product.ts';
import { flowxtraDuties } from './duties.ts';
import { numberAttempts } from './log-numbers.ts';
import { numberWebhook } from './numbers.ts';
import { flowxtra as preset } from './preset.ts';
import { flowxtraRoutes } from './routes.ts';

/** Flowxtra, with its webhooks plugin and the numbers that the plugin promises. */
export const flowxtra: Product = {
  preset,
  routes: flowxtraRoutes,
  groups: [
    {
      name: 'Flowxtra: webhooks plugin',
      description: "Below `/api/plugins/webhooks`, in Flowxtra's own form.",
    },
  ],
  onContract: numberWebhook,
  onAttempts: numberAttempts,
  duties: flowxtraDuties,
};
