import { expect } from 'vitest';
import { type ApiAnswer, adminToken, type TestApp } from './app.ts';

/** An organization in a test, with a key for everything: each test has its own. */
export interface Tenant {
  readonly id: string;
  readonly key: string;
  get(path: string, on?: TestApp): Promise<ApiAnswer>;
  post(path: string, body?: unknown, headers?: Record<string, string>, on?: TestApp): Promise<ApiAnswer>;
  patch(path: string, body: unknown): Promise<ApiAnswer>;
  remove(path: string): Promise<ApiAnswer>;
  /** Makes an endpoint for every event; answers it with its secret. */
  endpoint(url: string, more?: Record<string, unknown>): Promise<ApiAnswer['body']>;
  /** Publishes and answers what was accepted. */
  publish(event?: Record<string, unknown>): Promise<{ id: string; type: string; deliveries: number }>;
  /** The deliveries of an event, or all of the organization's; newest first. */
  deliveries(eventId?: string): Promise<ApiAnswer['body'][]>;
  attempts(deliveryId: string): Promise<ApiAnswer['body'][]>;
  /** Deletes the organization with everything that is still to be sent. */
  end(): Promise<void>;
}

export async function createTenant(app: TestApp, more: Record<string, unknown> = {}): Promise<Tenant> {
  const { id, key } = await app.organization(undefined, more);
  const send = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    on = app,
  ) => on.call(method, path, body, { token: key, headers });
  const accepted = async (answer: Promise<ApiAnswer>, status: number) => {
    const { body, ...rest } = await answer;
    expect(rest.status, rest.text).toBe(status);
    return body;
  };
  return {
    id,
    key,
    get: (path, on) => send('GET', path, undefined, {}, on),
    post: (path, body, headers, on) => send('POST', path, body, headers, on),
    patch: (path, body) => send('PATCH', path, body),
    remove: (path) => send('DELETE', path),
    endpoint: (url, settings = {}) =>
      accepted(send('POST', '/v1/endpoints', { url, events: ['*'], ...settings }), 201),
    publish: (event = {}) =>
      accepted(send('POST', '/v1/events', { type: 'thing.happened', data: {}, ...event }), 202),
    async deliveries(eventId) {
      const query = eventId === undefined ? '' : `&event_id=${eventId}`;
      return (await accepted(send('GET', `/v1/deliveries?limit=200${query}`), 200)).data;
    },
    async attempts(deliveryId) {
      return (await accepted(send('GET', `/v1/deliveries/${deliveryId}/attempts?limit=200`), 200)).data;
    },
    async end() {
      await app.call('DELETE', `/v1/organizations/${id}`, undefined, { token: adminToken });
    },
  };
}
