import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { type ApiAnswer, createTestApp, type TestApp } from '../support/app.ts';
import { type DatabaseKind, describeOnEachDatabase, postgresUrl } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';

export interface Scope {
  readonly module: string;
  readonly model: string;
  readonly access: 'read' | 'write';
  readonly fields?: readonly string[];
}

export interface Webhook {
  readonly module: string;
  readonly model: string;
  readonly actions: readonly string[];
  readonly url: string;
}

/** An organization that has adopted the product, its key, and a receiver for its apps. */
export interface Setting {
  readonly app: TestApp;
  readonly receiver: TestReceiver;
  readonly key: string;
  /** With the organization's key, unless another token is given. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<ApiAnswer>;
  /** Makes an app; answers its id. */
  makeApp(): Promise<string>;
  /** Registers a version of an app and expects that it is taken. */
  makeVersion(
    appId: string,
    version: string,
    scopes: readonly Scope[],
    webhooks?: readonly Webhook[],
  ): Promise<ApiAnswer['body']>;
  /** An app with one version, installed with consent. */
  install(
    scopes: readonly Scope[],
    webhooks?: readonly Webhook[],
    more?: Record<string, unknown>,
  ): Promise<ApiAnswer['body']>;
  /** Sends everything that is due; answers what the receiver got by it, parsed. */
  deliver(): Promise<ApiAnswer['body'][]>;
  /** The data of the events of a type, oldest first. */
  changes(type: string): Promise<ApiAnswer['body'][]>;
  /** The key of another organization of the same kind. */
  other(): Promise<string>;
  /** The time that stands still, as the API writes it. */
  time(): string;
}

/**
 * The same tests on each database: one app for all of them, a new organization with a new receiver for each.
 * @param tests are handed a function that answers the setting of the test that runs
 */
export function describeFlowlu(name: string, tests: (setting: () => Setting) => void): void {
  describeOnEachDatabase(name, (kind) => withSetting(kind, tests));
}

/** The same where transactions of several connections are to overlap. */
export function describeFlowluOnServer(name: string, tests: (setting: () => Setting) => void): void {
  describe.skipIf(postgresUrl === undefined)(name, () => withSetting('postgres', tests));
}

function withSetting(kind: DatabaseKind, tests: (setting: () => Setting) => void): void {
  let app: TestApp;
  let setting: Setting;
  beforeAll(async () => {
    app = await openApp(kind);
  });
  beforeEach(async () => {
    setting = await createSetting(app);
  });
  afterEach(() => setting.receiver.close());
  afterAll(() => app.close());
  tests(() => setting);
}

function openApp(kind: DatabaseKind): Promise<TestApp> {
  return createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
}

let settings = 0;

async function createSetting(app: TestApp): Promise<Setting> {
  settings += 1;
  const receiver = await startReceiver();
  const { key } = await app.organization(`portal-${settings}`, { preset: 'flowlu' });
  const call: Setting['call'] = (method, path, body, token = key) => app.call(method, path, body, { token });
  const expectStatus = async (status: number, answer: Promise<ApiAnswer>) => {
    const { status: got, body } = await answer;
    expect(got, JSON.stringify(body)).toBe(status);
    return body;
  };
  const setting: Setting = {
    app,
    receiver,
    key,
    call,
    makeApp: async () => (await expectStatus(201, call('POST', '/v1/apps', { name: 'Account sync' }))).id,
    makeVersion: (appId, version, scopes, webhooks = []) =>
      expectStatus(201, call('POST', `/v1/apps/${appId}/versions`, { version, scopes, webhooks })),
    async install(scopes, webhooks = [], more = {}) {
      const appId = await setting.makeApp();
      await setting.makeVersion(appId, '1.0.0', scopes, webhooks);
      const request = { version: '1.0.0', consent: true, ...more };
      return expectStatus(201, call('POST', `/v1/apps/${appId}/installations`, request));
    },
    async deliver() {
      const before = receiver.requests.length;
      await app.worker.runOnce();
      return receiver.requests.slice(before).map(({ body }) => JSON.parse(body.toString()));
    },
    async changes(type) {
      const { body } = await call('GET', `/v1/events?type=${type}&limit=200`);
      const events = await Promise.all(
        body.data.map(async ({ id }: { id: string }) => (await call('GET', `/v1/events/${id}`)).body.data),
      );
      return events.reverse();
    },
    async other() {
      settings += 1;
      return (await app.organization(`other-${settings}`, { preset: 'flowlu' })).key;
    },
    time: () => new Date(app.parts.clock.now()).toISOString(),
  };
  return setting;
}
