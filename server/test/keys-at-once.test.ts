import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';

describeOnEachDatabase('many requests at once', (kind) => {
  let app: TestApp;

  beforeEach(async () => {
    app = await createTestApp(kind);
  });
  afterEach(() => app.close());

  it('each get the answer of their own key', async () => {
    const [first, second, third] = [
      await app.organization(),
      await app.organization(),
      await app.organization(),
    ];
    const keys = await app.call('GET', '/v1/keys', undefined, { token: third.key });
    const revoked = await app.call('DELETE', `/v1/keys/${keys.body.data[0].id}`, undefined, {
      token: third.key,
    });
    expect(revoked.status).toBe(204);
    const mistyped = `${first.key.slice(0, -1)}${first.key.endsWith('x') ? 'y' : 'x'}`;
    const tokens = [first.key, second.key, third.key, mistyped];
    const answers = await Promise.all(
      Array.from({ length: 80 }, async (_, index) => {
        const { status, body } = await app.call('GET', '/v1/me', undefined, {
          token: tokens[index % 4] ?? '',
        });
        return status === 200 ? body.organization.id : status;
      }),
    );
    const expected = [first.id, second.id, 401, 401];
    expect(answers).toEqual(answers.map((_, index) => expected[index % 4]));
  });
});
