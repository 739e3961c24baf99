import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicId } from '../src/base/ids.ts';
import { embeddedDatabase } from '../src/db/connect.ts';
import { migrate } from '../src/db/migrate.ts';
import { makePartitions } from '../src/db/partitions.ts';
import { sendReminders } from '../src/features/notifications/send-due.ts';
import { hashOf, makeSecret } from '../src/tenants/keys.ts';
import { createTestApp, type TestApp } from './support/app.ts';

const folder = new URL('../sql/', import.meta.url);

/** A database as the version with these migrations left it. */
async function databaseBefore(migration: string): Promise<PGlite> {
  const pglite = await PGlite.create();
  await pglite.exec(
    'create table migrations (number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null)',
  );
  for (const name of (await readdir(folder)).sort()) {
    if (name >= migration) break;
    const text = await readFile(new URL(name, folder), 'utf8');
    await pglite.exec(text);
    await pglite.query('insert into migrations values ($1, $2, $3, now())', [
      Number(name.slice(0, 4)),
      name,
      createHash('sha256').update(text).digest('hex'),
    ]);
  }
  return pglite;
}

describe('a database of an earlier version', () => {
  const organization = randomUUID();
  const ofMembers = ['event_types:read', 'record_types:read', 'records:*'];
  let pglite: PGlite;
  let app: TestApp;
  let hr: string;
  let ann: string;
  let tokens: Record<'hr' | 'admin' | 'promoted' | 'ann', string>;
  beforeAll(async () => {
    pglite = await databaseBefore('0015');
    await pglite.query(
      "insert into organizations values ($1, 'desk', 'Desk', 'fluxdesk', 'fluxdesk', 'UTC', now(), now())",
      [organization],
    );
    hr = await member('hr_admin');
    ann = await member('member');
    tokens = {
      hr: await token(hr, ['members:read', ...ofMembers]),
      admin: await token(await member('admin'), ['*']),
      promoted: await token(await member('owner'), ofMembers),
      ann: await token(ann, ofMembers),
    };
    await plan('Missed', -5, false);
    await plan('Told', 4, true);
    await plan('Soon', 5, false);
    const database = embeddedDatabase(pglite);
    await migrate(database);
    await makePartitions(database.queries, Date.now());
    app = await createTestApp('embedded', { database });
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await pglite.close();
  });

  async function member(role: string): Promise<string> {
    const id = randomUUID();
    await pglite.query("insert into members values ($1, $2, $3, $4, $4, '{}', now(), now())", [
      organization,
      id,
      `${id}@example.com`,
      role,
    ]);
    return id;
  }
  /** A token with what its member's role held when it was issued. */
  async function token(memberId: string, scopes: string[]): Promise<string> {
    const secret = makeSecret('mbr_token_', organization);
    await pglite.query(
      `insert into member_tokens (org_id, id, member_id, name, last_four, hash, scopes, created_by, created_at)
       values ($1, $2, $3, 'old', $4, $5, $6, 'operator', now())`,
      [organization, randomUUID(), memberId, secret.slice(-4), hashOf(secret), scopes],
    );
    return secret;
  }
  async function plan(title: string, minutes: number, reminded: boolean): Promise<void> {
    const id = randomUUID();
    await pglite.query(
      `insert into meetings values ($1, $2, $3, now() + make_interval(mins => $4), 'operator', now(), now())`,
      [organization, id, title, minutes],
    );
    await pglite.query(
      'insert into meeting_members select $1, $2, $3, case when $4 then starts_at end from meetings where id = $2',
      [organization, id, ann, reminded],
    );
  }
  const get = (path: string, secret: string) => app.call('GET', path, undefined, { token: secret });

  it('has personal tokens that hold what their role holds now, and no more than it held', async () => {
    const statuses = async (path: string) => [
      (await get(path, tokens.hr)).status,
      (await get(path, tokens.admin)).status,
      (await get(path, tokens.promoted)).status,
    ];
    expect(await statuses('/v1/integrations')).toEqual([200, 200, 403]);
    expect(await statuses('/v1/members')).toEqual([200, 200, 403]);
    expect(await statuses('/v1/keys')).toEqual([403, 200, 403]);
    expect(await statuses('/v1/record-types')).toEqual([200, 200, 200]);
    const listed = await get(`/v1/members/${publicId('member', hr)}/tokens`, tokens.admin);
    expect(listed.body.data).toMatchObject([
      { name: 'old', scopes: expect.arrayContaining(['integrations:*']) },
    ]);
  });

  it('has meetings whose members are reminded once', async () => {
    expect(await sendReminders(app.parts)).toBe(1);
    expect(await sendReminders(app.parts)).toBe(0);
    const inbox = await get('/v1/me/notifications', tokens.ann);
    expect(inbox.body.data).toMatchObject([{ title: expect.stringMatching(/^Soon in/) }]);
  });
});
