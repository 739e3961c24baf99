import { expect } from 'vitest';
import type { ApiAnswer, TestApp } from '../support/app.ts';

/** Calls of one organization's key, each expected to answer as named. */
export function createKit(app: TestApp, token: string) {
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    return app.call(method, path, body, { token, headers });
  }

  async function expecting(
    status: number,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) {
    const answer = await call(method, path, body, headers);
    expect(answer.status, answer.text).toBe(status);
    return answer.body;
  }

  let people = 0;
  return {
    call,
    expecting,
    workflow: (more: Record<string, unknown> = {}) =>
      expecting(201, 'POST', '/v1/workflows', { name: 'Refunds', ...more }),
    queue: (workflow: string, name: string) =>
      expecting(201, 'POST', `/v1/workflows/${workflow}/queues`, { name }),
    task: (workflow: string, more: Record<string, unknown> = {}) =>
      expecting(201, 'POST', '/v1/reviews', {
        workflow_id: workflow,
        title: 'Refund of 40 EUR',
        content: { amount: 40 },
        ...more,
      }),
    get: (id: string) => expecting(200, 'GET', `/v1/reviews/${id}`),
    history: async (id: string) => (await expecting(200, 'GET', `/v1/reviews/${id}/history`)).data,
    member: async (role = 'member') => {
      people += 1;
      return (
        await expecting(201, 'POST', '/v1/members', {
          email: `reviewer${people}@example.com`,
          name: `Reviewer ${people}`,
          role,
        })
      ).id;
    },
    /** Events of one type, newest first, with their data. */
    async events(type: string) {
      const { data } = await expecting(200, 'GET', `/v1/events?type=${type}`);
      return Promise.all(
        data.map((event: { id: string }) => expecting(200, 'GET', `/v1/events/${event.id}`)),
      );
    },
    async audit(target: string) {
      return (await expecting(200, 'GET', `/v1/audit-log?target=${target}`)).data;
    },
  };
}

export type Kit = ReturnType<typeof createKit>;
