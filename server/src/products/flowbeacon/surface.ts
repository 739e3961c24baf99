import { type TSchema, Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { parseId } from '../../base/ids.ts';
import type { Database } from '../../db/connect.ts';
import { latestChange } from '../../features/evaluations/changes.ts';
import type { Credential } from '../../http/credential.ts';
import { OrNull } from '../../http/fields.ts';
import type { Answer, Context } from '../../http/operation.ts';
import type { Surface, SurfaceRequest } from '../../http/surface.ts';
import { countRequest, type RateLimit } from '../../tenants/rate-limits.ts';
import { checkRequestSignature } from './request-signature.ts';
import { writeWatermark } from './watermark.ts';

/** Generous: for scripts that run wild, not for customers. */
export const defaultRateLimit: RateLimit = { requests: 3_000, windowSeconds: 60 };

const Failure = Type.Object(
  {
    ok: Type.Literal(false),
    error: Type.Object({
      code: Type.String({ description: 'A stable name for programs' }),
      message: Type.String({ description: 'What is wrong this time' }),
    }),
  },
  { description: 'Any error' },
);

/** FlowBeacon's: signed requests, `{ok, data, meta: {watermark}}`, a limit for each key. */
export function createFlowbeaconSurface(database: Database, clock: Clock, limit: RateLimit): Surface {
  return {
    prefix: '/api/public/v1',

    async admit(request) {
      const { orgId, credential } = request;
      const counted = credential === null ? null : countedAs(credential);
      if (orgId === null || counted === null) return;
      const { remaining, allowed, resetSeconds } = await countRequest(
        database.queries,
        orgId,
        counted,
        limit,
      );
      request.respondWith('ratelimit-limit', String(limit.requests));
      request.respondWith('ratelimit-remaining', String(remaining));
      request.respondWith('ratelimit-reset', String(resetSeconds));
      request.respondWith('ratelimit-policy', `${limit.requests};w=${limit.windowSeconds}`);
      if (!allowed)
        throw new SluiceError(
          'rate_limited',
          `A key may make ${limit.requests} requests in ${limit.windowSeconds} seconds.`,
          { retryAfterSeconds: resetSeconds },
        );
    },

    async verify(request: SurfaceRequest, body: Uint8Array) {
      checkRequestSignature(
        { method: request.method, path: request.path, body },
        request.header('x-fb-signature'),
        request.secret ?? '',
        clock.now(),
      );
    },

    async run(operation, context, handle) {
      // What a read answers may be older than changes that come after it, never than those before.
      const before = operation.runs.mode === 'read' ? await currentWatermark(context) : null;
      const answer = await handle();
      const meta = { watermark: before ?? (await currentWatermark(context)), ...answer.meta };
      return envelope(answer, meta);
    },

    problem({ headers, document }) {
      const [first] = document.errors ?? [];
      const place = first === undefined || first.pointer.startsWith('header:') ? '' : ` (${first.pointer})`;
      return {
        headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
        body: { ok: false, error: { code: document.code, message: `${document.detail}${place}` } },
      };
    },

    description: {
      headers: {
        'x-fb-signature': Type.String({
          description:
            '`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 with the API key over `{t}.{METHOD}.{path and query}.{raw body}`; `t` at most 300 s from now',
        }),
      },
      answer: (schema: TSchema | undefined) =>
        Type.Object({
          ok: Type.Literal(true),
          data: schema ?? Type.Null(),
          meta: Type.Object({
            watermark: Type.String({
              description: 'Give it as `since` to `GET /evaluations` for what changed after this answer',
            }),
            has_more: Type.Optional(Type.Boolean({ description: 'Whether more has changed already' })),
            next_cursor: Type.Optional(OrNull(Type.String({ description: 'Of the next page' }))),
          }),
        }),
      problem: { contentType: 'application/json', schema: Failure },
      statuses: [429],
    },
  };
}

/** Whose requests are counted together: those of a key, of a member's tokens, of an installation's. */
function countedAs(credential: Credential): string | null {
  return credential.kind === 'operator' || credential.kind === 'embed'
    ? null
    : parseId(credential.kind, credential.id);
}

async function currentWatermark({ queries, orgId, sealer }: Context): Promise<string> {
  return writeWatermark(sealer, orgId, await latestChange(queries, orgId));
}

function envelope(answer: Answer, meta: Readonly<Record<string, unknown>>): Answer {
  const { status, headers } = answer;
  const data = answer.text ?? JSON.stringify(answer.body ?? null);
  return {
    status,
    text: `{"ok":true,"data":${data},"meta":${JSON.stringify(meta)}}`,
    ...(headers ? { headers } : {}),
  };
}
