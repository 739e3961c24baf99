/** The API of Sluice as typed functions, in Node, browsers and edge runtimes. */
import { operations } from './api.gen.ts';
import { type ClientOptions, createCall, createList, createSend } from './transport.ts';

export type * from './api.gen.ts';
export { SluiceProblem, SluiceUnreachable } from './problem.ts';
export type { ApiRequest, CallOptions, Listing, Page, Send } from './request.ts';
export type { ClientOptions } from './transport.ts';

export type Client = ReturnType<typeof createClient>;

/**
 * Every operation of the API as a function, named as in the OpenAPI document: parameters of the path first, then the
 * body, then the query. What may pass (429, 503, broken connections) is tried again; each POST carries an idempotency
 * key, so that nothing happens twice. Refusals are thrown as `SluiceProblem`. The operations of products' own surfaces
 * begin with the product's name, and answer the envelope that the surface documents.
 *
 * @example
 * const sluice = createClient({ url: 'https://sluice.example.com', key: process.env.SLUICE_KEY });
 * await sluice.publishEvent({ type: 'invoice.paid', data: { invoice_id: 'in_42', amount: 1999 } });
 * for await (const delivery of sluice.listDeliveries({ state: 'failed' })) await sluice.retryDelivery(delivery.id);
 */
export function createClient(options: ClientOptions) {
  const send = createSend(options);
  const call = createCall(send);
  return {
    ...operations(call, createList(call)),
    /** Any request, answered as text: for bodies and answers that have to stay as they are, byte for byte. */
    send,
  };
}
