import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import type { Database, Queries } from '../../db/connect.ts';
import type { Publisher } from '../../events/publish.ts';
import { takeChange } from './changes.ts';
import type { Evaluation } from './evaluations.ts';
import { readEvaluationResults } from './results.ts';
import { readModules } from './rule-modules.ts';
import { evaluate, RuleChecks } from './rules.ts';

export interface RunTools {
  readonly database: Database;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly log: Logger;
}

const completeEvent = 'evaluation.complete';
const batchSize = 100;
/** A batch holds up whatever else this process does, so it ends after this time whatever is left. */
const longestBatchMs = 100;
const retryAfterSeconds = 30;

interface Scenario {
  readonly id: string;
  readonly input: string;
}

/**
 * Runs evaluations batch by batch. A batch is one transaction under the lock of its evaluation: a worker that dies
 * leaves nothing half done, and several workers never do the same.
 */
export class EvaluationRunner {
  readonly #tools: RunTools;
  readonly #checks = new RuleChecks();

  constructor(tools: RunTools) {
    this.#tools = tools;
  }

  /** Does the next batch of whichever evaluation has waited longest; answers `false` when there is none. */
  async runBatch(): Promise<boolean> {
    const taken: Evaluation[] = [];
    try {
      await this.#tools.database.queries.transaction().execute(async (tx) => {
        const evaluation = await takeDue(tx);
        if (evaluation === null) return;
        taken.push(evaluation);
        if (evaluation.status === 'pending') await begin(tx, evaluation);
        else await this.#work(tx, evaluation);
      });
    } catch (error) {
      const [failed] = taken;
      if (failed === undefined) throw error;
      await this.#putOff(failed, error);
    }
    if (taken.length > 0) this.#tools.database.wakeUps.signal();
    return taken.length > 0;
  }

  async #work(tx: Queries, evaluation: Evaluation): Promise<void> {
    const scenarios = await nextScenarios(tx, evaluation);
    const results = await this.#evaluate(tx, evaluation, scenarios);
    if (results.length > 0) await storeResults(tx, evaluation.org_id, results);
    const done = evaluation.evaluated_count + results.length;
    if (done < evaluation.scenario_count) await advance(tx, evaluation, done);
    else await this.#complete(tx, evaluation);
  }

  async #evaluate(tx: Queries, evaluation: Evaluation, scenarios: readonly Scenario[]) {
    const modules = await readModules(tx, evaluation.org_id, evaluation.module_ids);
    const until = performance.now() + longestBatchMs;
    const results: { id: string; result: string }[] = [];
    if (!this.#checks.prepare(modules, until)) return results;
    for (const { id, input } of scenarios) {
      results.push({ id, result: JSON.stringify(evaluate(modules, this.#checks, JSON.parse(input))) });
      if (performance.now() > until) break;
    }
    return results;
  }

  /** The end of an evaluation and its event: one commit, once. */
  async #complete(tx: Queries, evaluation: Evaluation): Promise<void> {
    const { org_id: orgId, id } = evaluation;
    await this.#tools.publisher.publishWithin(tx, {
      orgId,
      idempotency: null,
      pointer: () => '',
      answer: () => ({ status: 202, body: '' }),
      events: [
        {
          type: completeEvent,
          data: await readEvaluationResults(tx, orgId, id),
          externalId: null,
          occurredAt: null,
          deliverAt: null,
          audience: null,
          metadata: null,
          source: 'system',
        },
      ],
    });
    await tx
      .updateTable('evaluations')
      .set({
        status: 'complete',
        evaluated_count: evaluation.scenario_count,
        completed_at: sql<Date>`now()`,
        change: await takeChange(tx, orgId),
      })
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .execute();
    this.#tools.log.info(
      { org_id: publicId('organization', orgId), evaluation_id: publicId('evaluation', id) },
      'evaluation complete',
    );
  }

  /** A batch that fails must not be taken again and again before all others. */
  async #putOff({ org_id: orgId, id }: Evaluation, error: unknown): Promise<void> {
    this.#tools.log.warn(
      {
        org_id: publicId('organization', orgId),
        evaluation_id: publicId('evaluation', id),
        error: error instanceof Error ? error.message : String(error),
      },
      'a batch of an evaluation failed; it is tried again later',
    );
    await this.#tools.database.queries
      .updateTable('evaluations')
      .set({ due_at: sql<Date>`now() + make_interval(secs => ${retryAfterSeconds})` })
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .execute();
  }
}

/** Locks the evaluation that has waited longest, unless another worker is at it. */
async function takeDue(tx: Queries): Promise<Evaluation | null> {
  const found = await tx
    .selectFrom('evaluations')
    .selectAll()
    .where('status', '<>', 'complete')
    .where('due_at', '<=', sql<Date>`now()`)
    .orderBy('due_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return found ?? null;
}

async function begin(tx: Queries, { org_id: orgId, id }: Evaluation): Promise<void> {
  await tx
    .updateTable('evaluations')
    .set({ status: 'running', started_at: sql<Date>`now()`, change: await takeChange(tx, orgId) })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}

async function advance(tx: Queries, { org_id: orgId, id }: Evaluation, done: number): Promise<void> {
  await tx
    .updateTable('evaluations')
    .set({ evaluated_count: done, due_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}

function nextScenarios(tx: Queries, evaluation: Evaluation): Promise<Scenario[]> {
  return tx
    .selectFrom('scenarios')
    .select(['id', 'input'])
    .where('org_id', '=', evaluation.org_id)
    .where('evaluation_id', '=', evaluation.id)
    .where('position', '>=', evaluation.evaluated_count)
    .orderBy('position')
    .limit(batchSize)
    .execute();
}

async function storeResults(
  tx: Queries,
  orgId: string,
  results: readonly { readonly id: string; readonly result: string }[],
): Promise<void> {
  await sql`
    insert into scenario_results (org_id, scenario_id, result)
    select ${orgId}::uuid, id, result
      from unnest(${results.map(({ id }) => id)}::uuid[], ${results.map(({ result }) => result)}::text[]) as given (id, result)`.execute(
    tx,
  );
}
