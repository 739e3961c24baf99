import { sql } from 'kysely';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import type { Endpoint } from './endpoints.ts';
import type { EndpointName } from './secrets.ts';

/** The endpoint's own headers in clear, name → value. */
export function openHeaders(
  { sealer }: { readonly sealer: Sealer },
  endpoint: Pick<Endpoint, 'org_id' | 'id' | 'headers'>,
): Record<string, string> {
  if (endpoint.headers === null) return {};
  return JSON.parse(sealer.open(endpoint.headers, purpose({ orgId: endpoint.org_id, id: endpoint.id })));
}

/** An endpoint's own headers, encrypted for its row; `null` where it has none. */
export function sealHeaders(
  sealer: Sealer,
  name: EndpointName,
  headers: Readonly<Record<string, string>> | undefined,
): string | null {
  if (!headers || Object.keys(headers).length === 0) return null;
  return sealer.seal(JSON.stringify(headers), purpose(name));
}

/**
 * Re-encrypts endpoints' own headers that are encrypted under an older master key, at most 200; answers how many. Those
 * of a master key that is not known stay as they are.
 */
export async function reencryptHeaders(queries: Queries, sealer: Sealer): Promise<number> {
  if (sealer.olderPrefixes.length === 0) return 0;
  const { rows } = await sql<{ org_id: string; id: string; headers: string }>`
    select org_id, id, headers from endpoints
     where exists (select 1 from unnest(${sealer.olderPrefixes}::text[]) as older (prefix) where starts_with(headers, older.prefix)) limit 200`.execute(
    queries,
  );
  for (const row of rows) {
    const bound = purpose({ orgId: row.org_id, id: row.id });
    const sealed = sealer.seal(sealer.open(row.headers, bound), bound);
    await sql`
      update endpoints set headers = ${sealed} where org_id = ${row.org_id} and id = ${row.id} and headers = ${row.headers}`.execute(
      queries,
    );
  }
  return rows.length;
}

function purpose(name: EndpointName): string {
  return `endpoint-headers:${name.orgId}:${name.id}`;
}
