import { expect } from 'vitest';
import { type ApiAnswer, createTestApp, type TestApp } from '../support/app.ts';
import type { DatabaseKind } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';

export const application = {
  candidate_job_id: 42,
  job_id: 7,
  email: 'jane@example.com',
  first_name: 'Jane',
  last_name: 'Doe',
  stage_id: 1,
};

/** An organization with the Flowxtra preset, its key and a receiver. */
export interface FlowxtraSetting {
  readonly app: TestApp;
  readonly receiver: TestReceiver;
  readonly key: string;
  /** Calls the plugin, as the organization `acme` unless told otherwise. */
  call(
    method: string,
    path: string,
    body?: unknown,
    as?: { slug?: string; token?: string },
  ): Promise<ApiAnswer>;
  /** A webhook for the receiver. */
  create(more?: Record<string, unknown>): Promise<ApiAnswer['body']>;
  publish(data?: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export async function openFlowxtra(kind: DatabaseKind): Promise<FlowxtraSetting> {
  const app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
  const receiver = await startReceiver();
  const { key } = await app.organization('acme', { preset: 'flowxtra' });
  const call: FlowxtraSetting['call'] = (method, path, body, { slug = 'acme', token = key } = {}) => {
    const separator = path.includes('?') ? '&' : '?';
    return app.call(method, `/api/plugins/webhooks${path}${separator}subdomain=${slug}`, body, { token });
  };
  return {
    app,
    receiver,
    key,
    call,
    async create(more = {}) {
      const { status, body } = await call('POST', '', {
        name: 'My ATS Integration',
        url: `${receiver.url}/flowxtra`,
        events: ['application.created', 'application.hired'],
        ...more,
      });
      expect(status).toBe(201);
      return body.data;
    },
    async publish(data = application) {
      const event = { type: 'application.created', data };
      expect((await app.call('POST', '/v1/events', event, { token: key })).status).toBe(202);
    },
    async close() {
      await app.close();
      await receiver.close();
    },
  };
}
