import { getContract } from '@sluice/contracts';
import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Endpoint as Row } from '../endpoints/endpoints.ts';
import { openHeaders } from '../endpoints/headers.ts';
import { patternForm } from '../endpoints/match.ts';
import { Closed, IdOf, MapOf, Metadata, OrNull, Text, Timestamp } from '../http/fields.ts';

export const Endpoint = Type.Object({
  id: IdOf('endpoint'),
  url: Type.String(),
  name: OrNull(Type.String()),
  description: OrNull(Type.String()),
  contract: Type.String(),
  events: Type.Array(Type.String()),
  headers: Type.Record(Type.String(), Type.String(), {
    description: 'Names of its own headers; the values are not shown',
  }),
  rate_limit: OrNull(Type.Integer()),
  retry_delays: OrNull(Type.Array(Type.Integer())),
  timeout_seconds: Type.Integer(),
  metadata: Metadata,
  owner: Type.Object({ kind: Type.Enum(['organization', 'member', 'installation']), id: Type.String() }),
  enabled: Type.Boolean(),
  disabled_reason: OrNull(Type.String()),
  disabled_at: OrNull(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const NewEndpoint = Type.Object({
  ...Endpoint.properties,
  secret: Type.String({ description: 'The signing secret, shown once' }),
});

const headerName = {
  pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$",
  description: 'the name of a header, at most 64 characters',
};
const settings = {
  url: Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/webhooks'] }),
  name: Type.Optional(OrNull(Text(200))),
  description: Type.Optional(OrNull(Text(2_000))),
  events: Type.Array(
    Type.String({
      pattern: patternForm.source,
      maxLength: 130,
      description: '`*`, the name of an event type, or a prefix with `.*`',
    }),
    {
      minItems: 1,
      maxItems: 100,
      description: '`*`, names of event types, or prefixes such as `review.*`',
      examples: [['invoice.*']],
    },
  ),
  headers: Type.Optional(
    MapOf(headerName, Type.String({ maxLength: 1_024, pattern: '^[\\x20-\\x7e]*$' }), {
      maxProperties: 20,
      description: 'Sent with every request; kept encrypted',
    }),
  ),
  rate_limit: Type.Optional(
    OrNull(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Deliveries a second at most' })),
  ),
  retry_delays: Type.Optional(
    OrNull(
      Type.Array(Type.Integer({ minimum: 1, maximum: 86_400 }), {
        maxItems: 20,
        description: 'Seconds before each retry, instead of the contract’s',
      }),
    ),
  ),
  timeout_seconds: Type.Optional(OrNull(Type.Integer({ minimum: 1, maximum: 60 }))),
  metadata: Type.Optional(Metadata),
};

export const CreateEndpoint = Closed({
  ...settings,
  contract: Type.Optional(Type.String({ maxLength: 64 })),
  secret: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'Your own signing secret; made if left out' }),
  ),
});

export const ChangeEndpoint = Closed(
  {
    ...settings,
    url: Type.Optional(settings.url),
    events: Type.Optional(settings.events),
    contract: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { minProperties: 1 },
);

export function showEndpoint(sealer: Sealer, row: Row): Static<typeof Endpoint> {
  return {
    id: publicId('endpoint', row.id),
    url: row.url,
    name: row.name,
    description: row.description,
    contract: row.contract,
    events: row.events,
    headers: Object.fromEntries(Object.keys(openHeaders({ sealer }, row)).map((name) => [name, '••••••'])),
    rate_limit: row.rate_limit,
    retry_delays: row.retry_delays,
    timeout_seconds: row.effective_timeout_seconds,
    metadata: JSON.parse(row.metadata),
    owner: { kind: row.owner_kind, id: ownerId(row) },
    enabled: row.enabled,
    disabled_reason: row.disabled_reason,
    disabled_at: row.disabled_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function ownerId(row: Row): string {
  return publicId(row.owner_kind, row.owner_id);
}

/** Headers that HTTP, the sender or the contract sets; an endpoint may not. */
const reserved = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'proxy-authorization',
  'proxy-connection',
  'user-agent',
  'accept-encoding',
  'cookie',
]);

/** Which of an endpoint's own headers can't be sent under a contract, if any. */
export function reservedHeader(
  headers: Readonly<Record<string, string>> | undefined,
  contract: string,
): string | null {
  const ofContract = new Set((getContract(contract)?.headerNames ?? []).map((name) => name.toLowerCase()));
  const names = Object.keys(headers ?? {}).map((name) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return (
    twice ??
    names.find((name) => reserved.has(name) || ofContract.has(name) || name.startsWith('webhook-')) ??
    null
  );
}
