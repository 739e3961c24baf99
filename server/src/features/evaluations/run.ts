import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import { SideThreadError } from '../../base/side-thread.ts';
import type { Database, Queries } from '../../db/connect.ts';
import type { Publisher } from '../../events/publisher.ts';
import { takeChange } from './changes.ts';
import type { Evaluation } from './evaluations.ts';
import { evaluationKind } from './ids.ts';
import { readEvaluationResults } from './results.ts';
import { readModules } from './rule-modules.ts';
import { evaluateScenarios } from './rule-runner.ts';
import type { Scenario } from './rule-thread.ts';
import { listedCharacters, notEvaluated } from './rules.ts';

export interface RunTools {
  readonly database: Database;
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishWithin'>;
  readonly log: Logger;
}

const completeEvent = 'evaluation.complete';
const batchSize = 100;
/** After this time a batch begins no further scenario, so that evaluations take turns. */
const batchMs = 250;
/** Up to which compiling is given twice as long as the time before, when that was not enough. */
const longestCompileMs = 16_000;
const fruitlessKept = 1_000;
/** Nobody else takes the evaluation meanwhile: far longer than a batch can take. */
const leaseSeconds = 60;
const retryAfterSeconds = 30;
const firstOrganization = '00000000-0000-0000-0000-000000000000';

type Result = { readonly id: string; readonly result: string };

/**
 * Runs evaluations batch by batch. A batch is claimed for a while and stored in one transaction, which stores nothing
 * if somebody else has claimed it since: a worker that dies leaves nothing half done, and several never do the same.
 * No transaction is open while rules run.
 */
export class EvaluationRunner {
  readonly #tools: RunTools;
  /** Whose turn it was last. */
  #organization = firstOrganization;
  /**
   * Evaluations whose last batch spent all its time on compiling, and how long that was. What is compiled may be lost
   * between two batches (others need the room, or have killed the thread), so a batch has to be able to do it all.
   */
  readonly #fruitless = new Map<string, number>();

  constructor(tools: RunTools) {
    this.#tools = tools;
  }

  /** Does the next batch of the next organization that has one; answers `false` when there is none. */
  async runBatch(): Promise<boolean> {
    const evaluation = await this.#claim();
    if (evaluation === null) return false;
    try {
      if (evaluation.status === 'running') await this.#work(evaluation);
    } catch (error) {
      await this.#putOff(evaluation, error);
    }
    this.#tools.database.wakeUps.signal();
    return true;
  }

  /** Claims what has waited longest of the next organization; one that is pending begins by that. */
  async #claim(): Promise<Evaluation | null> {
    const { queries } = this.#tools.database;
    const evaluation = await queries.transaction().execute(async (tx) => {
      const found = (await takeDue(tx, this.#organization)) ?? (await takeDue(tx, firstOrganization));
      if (found === null) return null;
      if (found.status === 'pending') {
        await begin(tx, found);
        return found;
      }
      return claim(tx, found);
    });
    if (evaluation !== null) this.#organization = evaluation.org_id;
    return evaluation;
  }

  async #work(evaluation: Evaluation): Promise<void> {
    const { queries } = this.#tools.database;
    const scenarios = await nextScenarios(queries, evaluation);
    const results = scenarios.length === 0 ? [] : await this.#evaluateWithPatience(evaluation, scenarios);
    const done = evaluation.evaluated_count + results.length;
    await queries.transaction().execute(async (tx) => {
      if (!(await isStillOurs(tx, evaluation))) return;
      if (results.length > 0) await storeResults(tx, evaluation.org_id, results);
      if (done < evaluation.scenario_count) await advance(tx, evaluation, done);
      else await this.#complete(tx, evaluation);
    });
  }

  async #evaluateWithPatience(
    evaluation: Evaluation,
    scenarios: readonly Scenario[],
  ): Promise<readonly Result[]> {
    const before = this.#fruitless.get(evaluation.id);
    const compileMs = before === undefined ? batchMs : Math.min(2 * before, longestCompileMs);
    const results = await this.#evaluate(evaluation, scenarios, compileMs);
    this.#fruitless.delete(evaluation.id);
    if (results.length === 0) this.#fruitless.set(evaluation.id, compileMs);
    // Some are finished by other workers, or gone.
    const [oldest] = this.#fruitless.keys();
    if (this.#fruitless.size > fruitlessKept && oldest !== undefined) this.#fruitless.delete(oldest);
    return results;
  }

  async #evaluate(
    evaluation: Evaluation,
    scenarios: readonly Scenario[],
    compileMs: number,
  ): Promise<readonly Result[]> {
    const { org_id: orgId, module_ids: moduleIds, scenario_count: scenarioCount } = evaluation;
    const load = (ids: readonly string[]) => readModules(this.#tools.database.queries, orgId, ids);
    const run = (some: readonly Scenario[]) =>
      evaluateScenarios(orgId, moduleIds, load, {
        scenarios: some,
        scenarioCount,
        compileMs,
        limitMs: batchMs,
      });
    try {
      return await run(scenarios);
    } catch (error) {
      if (!(error instanceof SideThreadError)) throw error;
    }
    // One of them kills the thread: alone, the first one either does not or is given up.
    const first = scenarios.slice(0, 1);
    try {
      return await run(first);
    } catch (error) {
      if (!(error instanceof SideThreadError)) throw error;
      const result = notEvaluated(await load(moduleIds), error.message, listedCharacters(scenarioCount));
      return first.map(({ id }) => ({ id, result: JSON.stringify(result) }));
    }
  }

  /** The end of an evaluation and its event: one commit, once. */
  async #complete(tx: Queries, evaluation: Evaluation): Promise<void> {
    const { org_id: orgId, id } = evaluation;
    const data = await readEvaluationResults(tx, orgId, id);
    await this.#tools.publisher.publishWithin(tx, orgId, [{ type: completeEvent, data, source: 'system' }]);
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
      { org_id: publicId('organization', orgId), evaluation_id: publicId(evaluationKind, id) },
      'evaluation complete',
    );
  }

  /** A batch that fails must not be taken again and again before all others. */
  async #putOff({ org_id: orgId, id, fence }: Evaluation, error: unknown): Promise<void> {
    this.#tools.log.warn(
      {
        org_id: publicId('organization', orgId),
        evaluation_id: publicId(evaluationKind, id),
        error: error instanceof Error ? error.message : String(error),
      },
      'a batch of an evaluation failed; it is tried again later',
    );
    await this.#tools.database.queries
      .updateTable('evaluations')
      .set({ due_at: sql<Date>`now() + make_interval(secs => ${retryAfterSeconds})` })
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .where('fence', '=', fence)
      .execute();
  }
}

/** Lets go of what a process of before has claimed: for a database that no other process can have. */
export async function releaseEvaluations(queries: Queries): Promise<void> {
  await sql`update evaluations set due_at = now(), fence = fence + 1 where status = 'running' and due_at > now()`.execute(
    queries,
  );
}

/** Locks what has waited longest of the next organization in their order, unless another worker is at it. */
async function takeDue(tx: Queries, afterOrganization: string): Promise<Evaluation | null> {
  const found = await tx
    .selectFrom('evaluations')
    .selectAll()
    .where('status', '<>', 'complete')
    .where('due_at', '<=', sql<Date>`now()`)
    .where('org_id', '>', afterOrganization)
    .orderBy('org_id')
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

function claim(tx: Queries, { org_id: orgId, id }: Evaluation): Promise<Evaluation> {
  return tx
    .updateTable('evaluations')
    .set({
      fence: sql<number>`fence + 1`,
      due_at: sql<Date>`now() + make_interval(secs => ${leaseSeconds})`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function isStillOurs(tx: Queries, { org_id: orgId, id, fence }: Evaluation): Promise<boolean> {
  const { rows } = await sql`
    select 1 from evaluations where org_id = ${orgId} and id = ${id} and fence = ${fence} for update`.execute(
    tx,
  );
  return rows.length > 0;
}

async function advance(tx: Queries, { org_id: orgId, id }: Evaluation, done: number): Promise<void> {
  await tx
    .updateTable('evaluations')
    .set({ evaluated_count: done, due_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}

function nextScenarios(queries: Queries, evaluation: Evaluation): Promise<Scenario[]> {
  return queries
    .selectFrom('scenarios')
    .select(['id', 'input'])
    .where('org_id', '=', evaluation.org_id)
    .where('evaluation_id', '=', evaluation.id)
    .where('position', '>=', evaluation.evaluated_count)
    .orderBy('position')
    .limit(batchSize)
    .execute();
}

async function storeResults(tx: Queries, orgId: string, results: readonly Result[]): Promise<void> {
  await sql`
    insert into scenario_results (org_id, scenario_id, result)
    select ${orgId}::uuid, id, result
      from unnest(${results.map(({ id }) => id)}::uuid[], ${results.map(({ result }) => result)}::text[]) as given (id, result)`.execute(
    tx,
  );
}
