import { Type } from 'typebox';
import { invalidInput } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import { forgottenChange, latestChange } from '../../features/evaluations/changes.ts';
import {
  createEvaluation,
  type Evaluation as EvaluationRow,
  getEvaluation,
  listChanged,
  listScenarios,
} from '../../features/evaluations/evaluations.ts';
import { evaluationKind, moduleKind, scenarioKind } from '../../features/evaluations/ids.ts';
import { createResultToken, redeemResultToken } from '../../features/evaluations/result-tokens.ts';
import { readScenarioResults } from '../../features/evaluations/results.ts';
import { Closed, IdParams, inputId, pathId, Text, Timestamp } from '../../http/fields.ts';
import { type Context, operation } from '../../http/operation.ts';
import {
  Evaluation,
  EvaluationResults,
  EvaluationWithScenarios,
  ScenarioResults,
  showEvaluations,
} from './evaluation-view.ts';
import { readWatermark, writeWatermark } from './watermark.ts';

const group = 'FlowBeacon: evaluations';
const longestInput = 65_536;
const hourSeconds = 3_600;

/** JSON has numbers that JavaScript has not: what would be checked is not what was sent. */
function refuseInexact(value: unknown, pointer: string): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw invalidInput(pointer, 'This number is beyond double precision.');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    refuseInexact(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

async function whole({ queries, orgId }: Context, row: EvaluationRow) {
  const [evaluation] = await showEvaluations(queries, orgId, [row]);
  const scenarios = await listScenarios(queries, orgId, row.id);
  return {
    ...evaluation,
    scenarios: scenarios.map(({ id, name }) => ({ id: publicId(scenarioKind, id), name })),
  };
}

export const create = operation({
  id: 'flowbeaconCreateEvaluation',
  summary: 'Start an evaluation',
  description:
    'Runs in the background. Its end is the event `evaluation.complete`. Modules and scenarios make at most 100,000 checks; at most 100 evaluations may be unfinished (429).',
  group,
  takes: {
    body: Closed({
      modules: Type.Array(Type.String({ maxLength: 64, examples: ['mod_01jd8r5w3kfq5bz0p2v6x7y8z9'] }), {
        minItems: 1,
        maxItems: 50,
        description: 'Ids of modules',
      }),
      scenarios: Type.Array(
        Closed({
          name: Text(200, { minLength: 1, examples: ['Large order'] }),
          input: Type.Unknown({ description: 'Any JSON up to 64 KiB', examples: [{ amount: 1999 }] }),
        }),
        { minItems: 1, maxItems: 1_000 },
      ),
    }),
    bodyLimit: 8_388_608,
  },
  answers: { 200: { description: 'The evaluation, pending', schema: EvaluationWithScenarios } },
  runs: 'write',
  async handle(context, { body }) {
    const { queries, orgId, clock } = context;
    const moduleIds = body.modules.map((id, index) => inputId(moduleKind, id, `/modules/${index}`));
    for (const [index, { input }] of body.scenarios.entries()) {
      const pointer = `/scenarios/${index}/input`;
      refuseInexact(input, pointer);
      if (Buffer.byteLength(JSON.stringify(input)) > longestInput)
        throw invalidInput(pointer, 'An input may have 64 KiB.');
    }
    const row = await createEvaluation(queries, clock, orgId, {
      moduleIds: [...new Set(moduleIds)],
      scenarios: body.scenarios,
    });
    return { status: 200, body: await whole(context, row) };
  },
});

export const list = operation({
  id: 'flowbeaconListEvaluations',
  summary: 'What changed since a watermark',
  description:
    'In the order of the changes, each evaluation as it is now. Go on with `meta.watermark`; while `meta.has_more` is true, at once. Nothing is skipped, and nothing comes twice unless it changed again. Complete evaluations are kept for as long as retention says; a watermark from before something that was removed is answered with 410: begin again without `since`.',
  group,
  takes: {
    query: Closed({
      since: Type.Optional(
        Type.String({
          maxLength: 64,
          description: '`meta.watermark` of an earlier answer; left out: from the beginning',
        }),
      ),
      limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
  },
  answers: { 200: { description: 'The changes', schema: Type.Array(Evaluation) }, refusals: [410] },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const after = query.since === undefined ? null : readWatermark(sealer, orgId, query.since);
    // Where nothing is kept, the list begins after what was removed.
    const start = after === null ? await forgottenChange(queries, orgId) : after;
    const rows = await listChanged(queries, orgId, { after, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    return {
      status: 200,
      body: await showEvaluations(queries, orgId, shown),
      meta: {
        watermark: writeWatermark(sealer, orgId, shown.at(-1)?.change ?? start),
        has_more: rows.length > shown.length,
      },
    };
  },
});

export const get = operation({
  id: 'flowbeaconGetEvaluation',
  summary: 'Read an evaluation with its progress',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The evaluation', schema: EvaluationWithScenarios } },
  runs: 'read',
  async handle(context, { params }) {
    const row = await getEvaluation(context.queries, context.orgId, pathId(evaluationKind, params.id));
    return { status: 200, body: await whole(context, row) };
  },
});

export const scenarioResults = operation({
  id: 'flowbeaconGetScenarioResults',
  summary: 'Read what the evaluation of a scenario found',
  description: '409 until it is evaluated.',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The results', schema: ScenarioResults }, refusals: [409] },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return { status: 200, text: await readScenarioResults(queries, orgId, pathId(scenarioKind, params.id)) };
  },
});

export const createToken = operation({
  id: 'flowbeaconCreateResultToken',
  summary: 'Make a token that shows the results once, without a key',
  group,
  takes: {
    params: IdParams,
    body: Closed({
      expires_in: Type.Optional(
        Type.Integer({ minimum: 60, maximum: 604_800, description: 'Seconds; an hour if left out' }),
      ),
    }),
    bodyOptional: true,
  },
  answers: {
    200: {
      description: 'The token',
      schema: Type.Object({
        token: Type.String({ description: '`rt_…`, shown once' }),
        expires_at: Timestamp,
      }),
    },
  },
  runs: 'write',
  async handle({ queries, orgId, actor, audit }, { params, body }) {
    const evaluation = await getEvaluation(queries, orgId, pathId(evaluationKind, params.id));
    const { token, expiresAt } = await createResultToken(queries, orgId, evaluation.id, {
      lifetimeSeconds: body.expires_in ?? hourSeconds,
      createdBy: actor.name,
    });
    await audit({
      action: 'result_token.created',
      target: params.id,
      details: { expires_at: expiresAt },
    });
    return { status: 200, body: { token, expires_at: expiresAt.toISOString() } };
  },
});

export const redeemToken = operation({
  id: 'flowbeaconGetResults',
  summary: 'Fetch results by a token, once',
  description:
    'A second time, or after its expiry: 410. 409, and the token stays good, until they are complete.',
  group,
  takes: { params: Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) }) },
  answers: { 200: { description: 'The results', schema: EvaluationResults }, refusals: [410] },
  runs: 'write',
  async handle({ queries, sealer }, { params }) {
    const { orgId, results } = await redeemResultToken(queries, params.token);
    const watermark = writeWatermark(sealer, orgId, await latestChange(queries, orgId));
    return { status: 200, text: results, meta: { watermark } };
  },
});
