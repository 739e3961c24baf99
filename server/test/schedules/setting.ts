import { expect } from 'vitest';
import { type ApiAnswer, createTestApp, type TestApp } from '../support/app.ts';
import type { DatabaseKind } from '../support/databases.ts';

export const hour = 3_600_000;
export const day = 24 * hour;

/** An organization in Berlin whose time stands still, and its key. */
export interface ScheduleSetting {
  readonly app: TestApp;
  readonly key: string;
  /** Makes a schedule for Mondays at nine, unless told otherwise. */
  create(more?: Record<string, unknown>): Promise<ApiAnswer['body']>;
  /** When its events occurred, oldest first. */
  times(): Promise<string[]>;
}

export async function openSchedules(kind: DatabaseKind, time: string): Promise<ScheduleSetting> {
  const app = await createTestApp(kind, { time: new Date(time) });
  const { key } = await app.organization('acme', { time_zone: 'Europe/Berlin' });
  return {
    app,
    key,
    async create(more = {}) {
      const schedule = { cron: '0 9 * * 1', type: 'digest.due', data: { a: 1 }, ...more };
      const answer = await app.call('POST', '/v1/schedules', schedule, { token: key });
      expect(answer.status).toBe(201);
      return answer.body;
    },
    async times() {
      const { body } = await app.call('GET', '/v1/events?limit=200', undefined, { token: key });
      return body.data.map((event: { occurred_at: string }) => event.occurred_at).reverse();
    },
  };
}
