import { Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
import { type Diagnosis as Diagnosed, diagnoseEndpoint } from '../deliveries/diagnose.ts';
import type { HttpClient } from '../deliveries/http-client.ts';
import { IdOf, IdParams, OrNull, pathId, Timestamp } from '../http/fields.ts';
import { type Answer, type Context, operation } from '../http/operation.ts';
import { recordAudit } from '../tenants/audit.ts';
import { claimIdempotencyKeys, keepAnswers, releaseIdempotencyKeys } from '../tenants/idempotency.ts';

const Finding = Type.Object({
  probe: Type.String({ description: 'Stable name of the probe' }),
  group: Type.Enum(['delivery', 'forgery', 'time', 'payload']),
  title: Type.String(),
  should: Type.Enum(['accept', 'refuse'], { description: 'What a sound receiver does' }),
  because: Type.String(),
  did: Type.String({ description: 'What this one did' }),
  verdict: Type.Enum(['pass', 'warn', 'fail', 'skipped'], {
    description: '`skipped`: not sent, or not looked at (429)',
  }),
  status: OrNull(Type.Integer()),
  duration_ms: OrNull(Type.Number()),
  excerpt: OrNull(
    Type.String({ description: 'The beginning of its answer, where the verdict is not `pass`' }),
  ),
});

const Cause = Type.Object({
  code: Type.String({ description: 'Stable name for programs' }),
  level: Type.Enum(['warn', 'fail']),
  title: Type.String(),
  explanation: Type.String(),
  remedy: Type.String(),
  probes: Type.Array(Type.String(), { description: 'The probes that show it' }),
});

const Diagnosis = Type.Object({
  endpoint_id: IdOf('endpoint'),
  url: Type.String(),
  contract: Type.String(),
  sound: Type.Boolean({ description: 'No probe failed, and those that matter most were looked at' }),
  passed: Type.Integer(),
  warned: Type.Integer(),
  failed: Type.Integer(),
  skipped: Type.Integer(),
  started_at: Timestamp,
  duration_ms: Type.Number(),
  timeout_ms: Type.Number({ description: 'How long one answer may take' }),
  slowest_ms: OrNull(Type.Number({ description: 'The slowest answer to a delivery' })),
  findings: Type.Array(Finding),
  causes: Type.Array(Cause, { description: 'What explains the findings, likeliest first' }),
});

export const diagnose = (http: HttpClient) =>
  operation({
    id: 'diagnoseEndpoint',
    summary: 'Diagnose the receiver behind an endpoint',
    description:
      'Sends it some thirty harmless requests of the type `webhook.test`: good deliveries, forgeries and unusual payloads. ' +
      'Answers what it did with each, what a sound receiver would have done, and the likely causes. Takes up to 50 seconds. ' +
      'These are no deliveries: the ledger does not hold them, and the health of the endpoint stays as it is.',
    group: 'Endpoints',
    takes: { params: IdParams },
    answers: { 200: { description: 'The report', schema: Diagnosis } },
    runs: 'direct',
    async handle(context, { params }) {
      const { queries, clock, sealer, orgId } = context;
      const name = { orgId, id: pathId('endpoint', params.id) };
      const earlier = await earlierAnswer(context);
      if (earlier) return earlier;
      const diagnosis = await diagnoseEndpoint(queries, { clock, sealer, http }, name);
      return keep(context, params.id, diagnosis);
    },
  });

/** A key that was used before has its answer; the others stay free until there is one. */
function earlierAnswer({ queries, idempotency, sealer }: Context): Promise<Answer | null> {
  if (idempotency === null) return Promise.resolve(null);
  return queries.transaction().execute(async (tx) => {
    const [earlier] = (await claimIdempotencyKeys(tx, sealer, [idempotency])).values();
    if (earlier instanceof SluiceError) throw earlier;
    if (earlier) return replay(earlier);
    await releaseIdempotencyKeys(tx, [idempotency]);
    return null;
  });
}

function keep(context: Context, endpointId: string, diagnosis: Diagnosed): Promise<Answer> {
  const { queries, orgId, actor, idempotency, sealer, clock } = context;
  const body = JSON.stringify({ endpoint_id: endpointId, ...diagnosis });
  return queries.transaction().execute(async (tx) => {
    const keyed = idempotency === null ? [] : [idempotency];
    const [earlier] = (await claimIdempotencyKeys(tx, sealer, keyed)).values();
    if (earlier instanceof SluiceError) throw earlier;
    if (earlier) return replay(earlier);
    await keepAnswers(
      tx,
      sealer,
      keyed.map((request) => ({ request, answer: { status: 200, body } })),
    );
    const details = { sound: diagnosis.sound, causes: diagnosis.causes.map(({ code }) => code) };
    await recordAudit(
      tx,
      clock,
      { orgId, actor },
      {
        action: 'endpoint.diagnosed',
        target: endpointId,
        details,
      },
    );
    return { status: 200, text: body };
  });
}

function replay({ status, body }: { readonly status: number; readonly body: string }): Answer {
  return { status, text: body, headers: { 'idempotent-replay': 'true' } };
}
