import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { hashOf, makeSecret, readSecret } from '../../tenants/keys.ts';
import type { MemberRights } from '../../tenants/members.ts';
import type { RecordScope } from '../../tenants/record-scopes.ts';
import type { Manifest } from './manifest.ts';
import type { Tables } from './tables.ts';

export type InstallationToken = Selectable<Tables['installation_tokens']>;

/** How the tokens of installed apps begin. */
export const installationTokenPrefix = 'app_token_';

export interface NewInstallationToken {
  /** For whom it acts; `null`: for the organization. */
  readonly memberId: string | null;
  readonly createdBy: string;
}

/** Makes a token for an installed app. The secret is answered here and never again: only its hash is kept. */
export async function createToken(
  tx: Queries,
  clock: Clock,
  installation: { readonly org_id: string; readonly id: string },
  input: NewInstallationToken,
): Promise<{ token: InstallationToken; secret: string }> {
  const secret = makeSecret(installationTokenPrefix, installation.org_id);
  const token = await tx
    .insertInto('installation_tokens')
    .values({
      org_id: installation.org_id,
      id: newId(clock),
      installation_id: installation.id,
      member_id: input.memberId,
      last_four: secret.slice(-4),
      hash: hashOf(secret),
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { token, secret };
}

/** A page of the tokens of an installation, newest first. */
export function listTokens(
  queries: Queries,
  installation: { readonly org_id: string; readonly id: string },
  page: Page,
): Promise<InstallationToken[]> {
  const query = queries
    .selectFrom('installation_tokens')
    .selectAll()
    .where('org_id', '=', installation.org_id)
    .where('installation_id', '=', installation.id);
  return newestFirst(query, page);
}

/** @throws {SluiceError} not_found, also when it is another installation's */
export async function revokeToken(
  tx: Queries,
  installation: { readonly org_id: string; readonly id: string },
  id: string,
): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('installation_tokens')
    .where('org_id', '=', installation.org_id)
    .where('installation_id', '=', installation.id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new SluiceError('not_found', 'No such installation token.');
}

/** Which installed app a token speaks for, and what it may do now. */
export interface InstallationBearer {
  readonly orgId: string;
  readonly installationId: string;
  /** The app's name. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly recordScopes: readonly RecordScope[];
  readonly actsFor: MemberRights | null;
}

/**
 * The installation whose token this is, with what its installed version declares. Its last use is noted at most once
 * a minute.
 */
export async function findInstallationToken(
  queries: Queries,
  secret: string,
): Promise<InstallationBearer | null> {
  const claim = readSecret(secret);
  if (!claim) return null;
  const { rows } = await sql<
    Pick<InstallationToken, 'org_id' | 'id' | 'installation_id' | 'member_id'> & {
      name: string;
      manifest: string;
      role: MemberRights['role'] | null;
      access: string | null;
      stale: boolean;
    }
  >`
    select token.org_id, token.id, token.installation_id, token.member_id, app.name, version.manifest, member.role, member.access,
           coalesce(token.last_used_at < now() - interval '1 minute', true) as stale
      from installation_tokens token
      join installations installation on installation.org_id = token.org_id and installation.id = token.installation_id
      join apps app on app.org_id = token.org_id and app.id = installation.app_id
      join app_versions version on version.org_id = token.org_id and version.app_id = app.id and version.version = installation.version
      left join members member on member.org_id = token.org_id and member.id = token.member_id
     where token.org_id = ${claim.orgId} and token.hash = ${hashOf(secret)}`.execute(queries);
  const row = rows[0];
  if (!row || (row.member_id !== null && row.role === null)) return null;
  if (row.stale)
    await sql`update installation_tokens set last_used_at = now() where org_id = ${row.org_id} and id = ${row.id}`.execute(
      queries,
    );
  const { scopes }: Manifest = JSON.parse(row.manifest);
  return {
    orgId: row.org_id,
    installationId: row.installation_id,
    name: row.name,
    scopes: routeScopes(scopes),
    recordScopes: scopes,
    actsFor:
      row.member_id === null || row.role === null
        ? null
        : { memberId: row.member_id, role: row.role, access: JSON.parse(row.access ?? '{}') },
  };
}

/** What of the API is open to an app at all: the routes of records. */
export function routeScopes(declared: readonly RecordScope[]): string[] {
  const writes = declared.some(({ access }) => access === 'write');
  return [...(declared.length > 0 ? ['records:read'] : []), ...(writes ? ['records:write'] : [])];
}
