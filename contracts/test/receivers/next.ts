import { webhook } from '../../src/adapters/next.ts';
import { fluxo } from '../../src/index.ts';

/** What `app/webhooks/route.ts` of a Next.js application exports. */
export function createRoute(secret: string, now: () => Date, received: (data: unknown) => void) {
  const POST = webhook({ contract: fluxo, secret, now }, async (event) => {
    received(event.json());
  });
  return { POST };
}
