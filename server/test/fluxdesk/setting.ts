import type { Parts } from '../../src/parts.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import type { DatabaseKind } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';

/** A member with a token of their own. */
export interface Person {
  readonly id: string;
  readonly token: string;
}

/** An organization that has adopted the preset, on a clock of its own, and a receiver for everybody's webhooks. */
export interface Desk {
  readonly app: TestApp;
  readonly receiver: TestReceiver;
  readonly organization: { readonly id: string; readonly key: string };
  /** As the organization's key, or as a person. */
  call(
    method: string,
    path: string,
    body?: unknown,
    as?: Person | string,
  ): Promise<Awaited<ReturnType<TestApp['call']>>>;
  member(name: string, role?: string): Promise<Person>;
  /** A webhook at this path of the receiver. */
  webhook(person: Person, path: string): Promise<{ readonly id: string; readonly secret: string }>;
  /** The bodies that arrived at a path, in their order. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  arrived(path: string): any[];
  close(): Promise<void>;
}

export async function openDesk(kind: DatabaseKind, time: string, timeZone = 'Europe/Berlin'): Promise<Desk> {
  const app = await createTestApp(kind, { time: new Date(time) });
  const receiver = await startReceiver();
  const organization = await app.organization('desk', { preset: 'fluxdesk', time_zone: timeZone });

  const call: Desk['call'] = (method, path, body, as = organization.key) =>
    app.call(method, path, body, { token: typeof as === 'string' ? as : as.token });

  return {
    app,
    receiver,
    organization,
    call,
    async member(name, role = 'member') {
      const made = await call('POST', '/v1/members', { name, email: `${name}@example.com`, role });
      const token = await call('POST', `/v1/members/${made.body.id}/tokens`, { name: 'own' });
      return { id: made.body.id, token: token.body.secret };
    },
    async webhook(person, path) {
      const { status, text, body } = await call(
        'POST',
        '/v1/me/webhooks',
        { url: `${receiver.url}${path}` },
        person,
      );
      if (status !== 201) throw new Error(text);
      return body;
    },
    arrived: (path) =>
      receiver.requests
        .filter((request) => request.path === path)
        .map((request) => JSON.parse(request.body.toString())),
    async close() {
      await app.close();
      await receiver.close();
    },
  };
}

/** The parts of a process in which publishing events with some data fails: so does the transaction that it belongs to. */
export function failingFor(parts: Parts, fails: (data: string) => boolean): Parts {
  const { publisher } = parts;
  return {
    ...parts,
    publisher: Object.assign(Object.create(publisher), {
      publishAllWithin(...args: Parameters<typeof publisher.publishAllWithin>) {
        const data = args[1].flatMap(({ events }) => events.map((event) => event.data));
        if (data.some(fails)) return Promise.reject(new Error('The process dies here.'));
        return publisher.publishAllWithin(...args);
      },
    }),
  };
}
