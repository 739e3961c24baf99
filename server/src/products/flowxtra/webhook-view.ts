import { isUtf8 } from 'node:buffer';
import { flowxtra as contract } from '@sluice/contracts';
import { type Static, Type } from 'typebox';
import { SluiceError } from '../../base/errors.ts';
import type { Queries } from '../../db/connect.ts';
import { type EndpointWithRecord, findByContract } from '../../endpoints/by-contract.ts';
import type { Endpoint } from '../../endpoints/endpoints.ts';
import { readSecrets } from '../../endpoints/secrets.ts';
import { OrNull } from '../../http/fields.ts';
import type { Context } from '../../http/operation.ts';
import { findLog, firstKeptId, type LogFilter, type Log as LogRow, readLogs } from './logs.ts';
import { findNumber } from './numbers.ts';

const Moment = Type.String({ format: 'date-time', examples: ['2026-04-06T12:00:00.000000Z'] });
const Id = Type.Integer({ minimum: 1 });

export const Webhook = Type.Object({
  id: Id,
  company_id: Id,
  name: Type.String(),
  url: Type.String(),
  events: Type.Array(Type.String()),
  secret: Type.String({ description: 'Whole in the answer to creation; afterwards `...` and its end' }),
  status: Type.Boolean({ description: 'Whether events are sent' }),
  created_at: Moment,
});

export const Log = Type.Object({
  id: Id,
  event: Type.String(),
  status_code: OrNull(Type.Integer({ description: 'null where no answer came' })),
  success: Type.Boolean(),
  attempt: Type.Integer({ minimum: 1 }),
  delivered_at: OrNull(Moment),
  created_at: Moment,
});

export const WebhookWithLogs = Type.Object({ ...Webhook.properties, logs: Type.Array(Log) });

const Headers = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

/** What the page of logs shows of one entry when it is opened. */
export const LogWithExchange = Type.Object({
  ...Log.properties,
  delivery: Type.String({ description: 'Its X-Flowxtra-Delivery: the same for all attempts' }),
  error: OrNull(Type.String({ description: 'What failed, in words' })),
  duration_ms: OrNull(Type.Integer()),
  request: Type.Object({
    url: Type.String(),
    headers: OrNull(Headers),
    body: OrNull(Type.String({ description: 'The exact body sent' })),
  }),
  response: OrNull(
    Type.Object({
      headers: Headers,
      body: Type.String({ description: 'At most the first 16 KiB; base64 where it is not UTF-8' }),
      body_encoding: Type.Enum(['utf-8', 'base64']),
      truncated: Type.Boolean(),
    }),
  ),
});

const number = Type.String({ pattern: '^[1-9][0-9]{0,14}$' });

/** A webhook's number in the path, and that of one of its logs. */
export const WebhookParams = Type.Object({ id: number });
export const LogParams = Type.Object({ id: number, log: number });

export interface NumberedWebhook {
  readonly id: number;
  readonly companyId: number;
  readonly row: EndpointWithRecord;
}

/** @throws {SluiceError} not_found */
export async function findWebhook(queries: Queries, orgId: string, number: string): Promise<NumberedWebhook> {
  const id = Number(number);
  const found = await findNumber(queries, orgId, id);
  const row = found && (await findByContract(queries, orgId, contract.name, found.endpoint_id));
  if (!row || row.deleted_at !== null) return noSuchWebhook();
  return { id, companyId: found.company_id, row };
}

/** @throws {SluiceError} not_found, always */
export function noSuchWebhook(): never {
  throw new SluiceError('not_found', 'No such webhook.');
}

/** @param secret as it is to be shown */
export function showWebhook(
  numbers: { readonly id: number; readonly companyId: number },
  row: Endpoint,
  secret: string,
): Static<typeof Webhook> {
  return {
    id: numbers.id,
    company_id: numbers.companyId,
    name: row.name ?? '',
    url: row.url,
    events: row.events,
    secret,
    status: row.enabled,
    created_at: moment(row.created_at),
  };
}

/** Shown secrets by endpoint: `...` and the end. */
export async function maskedSecrets(
  { queries, sealer }: Pick<Context, 'queries' | 'sealer'>,
  rows: readonly Endpoint[],
): Promise<(row: Endpoint) => string> {
  const names = rows.map((row) => ({ orgId: row.org_id, id: row.id }));
  const secrets = names.length === 0 ? null : await readSecrets(queries, sealer, names);
  return (row) => {
    try {
      return contract.secret.mask(secrets?.get(row.id)?.()[0] ?? '');
    } catch {
      // No master key opens it: its deliveries fail and say so; the list is shown all the same.
      return contract.secret.mask('');
    }
  };
}

/** A page of a webhook's logs, newest first. */
export async function pageOfLogs(
  { queries, orgId, clock }: Context,
  { endpointId, retentionDays }: { readonly endpointId: string; readonly retentionDays: number },
  page: { number: number; size: number },
  filter: Omit<LogFilter, 'firstKept'> = {},
) {
  const firstKept = firstKeptId(clock.now(), retentionDays);
  const { logs, total } = await readLogs(queries, orgId, endpointId, page, { ...filter, firstKept });
  return { logs: logs.map(showLog), total };
}

/** @throws {SluiceError} not_found */
export async function logWithExchange(
  { queries, orgId }: Context,
  endpointId: string,
  id: number,
): Promise<Static<typeof LogWithExchange>> {
  const found = await findLog(queries, orgId, endpointId, id);
  if (!found) throw new SluiceError('not_found', 'No such log.');
  const { log, attempt } = found;
  return {
    ...showLog(log),
    delivery: attempt.delivery_id,
    error: attempt.error,
    duration_ms: attempt.duration_ms,
    request: {
      url: attempt.url,
      headers: attempt.request_headers === null ? null : JSON.parse(attempt.request_headers),
      body: attempt.body,
    },
    response:
      attempt.status === null
        ? null
        : {
            headers: attempt.response_headers === null ? {} : JSON.parse(attempt.response_headers),
            ...showBody(Buffer.from(attempt.response_body ?? [])),
            truncated: attempt.response_truncated,
          },
  };
}

function showBody(bytes: Buffer): { body: string; body_encoding: 'utf-8' | 'base64' } {
  return isUtf8(bytes)
    ? { body: bytes.toString(), body_encoding: 'utf-8' }
    : { body: bytes.toString('base64'), body_encoding: 'base64' };
}

function showLog(row: LogRow): Static<typeof Log> {
  return {
    id: row.id,
    event: row.event_type,
    status_code: row.status,
    success: row.delivered,
    attempt: row.attempt,
    delivered_at: row.delivered ? moment(row.finished_at) : null,
    created_at: moment(row.started_at),
  };
}

/** `2026-04-06T12:00:00.000000Z`: microseconds, as the product's customers parse them. */
function moment(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
