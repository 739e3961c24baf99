import { sql } from 'kysely';
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

/** Everything that evaluations need to run. */
export interface Evaluating {
  readonly database: Database;
  readonly publisher: Pick<Publisher, 'publishWithin'>;
  readonly log: Logger;
}

const completeEvent = 'evaluation.complete';
const batchSize = 100;
/** Milliseconds after which a batch begins no further scenario, so that evaluations take turns. */
const batchMs = 250;
/** The longest time for compiling, which doubles after each batch that it has used up. */
const longestCompileMs = 16_000;
const fruitlessKept = 1_000;
/** How long a batch is leased: far longer than it can take. */
const leaseSeconds = 60;
const retryAfterSeconds = 30;
const firstOrganization = '00000000-0000-0000-0000-000000000000';

type Result = { readonly id: string; readonly result: string };

/**
 * Runs evaluations batch by batch. A batch is leased, and stored in one transaction that is guarded by a fence: where
 * another worker has leased it since, nothing is stored. So a worker that dies leaves nothing half done, and no batch is
 * stored twice. No transaction is open while rules run.
 */
export class EvaluationRunner {
  readonly #parts: Evaluating;
  /** The organization that had the last turn. */
  #organization = firstOrganization;
  /**
   * Evaluation → the milliseconds that its last batch had for compiling, where they were not enough. Compiled rules may
   * be lost between two batches (removed from memory, or with the thread), so one batch has to compile all of them.
   */
  readonly #fruitless = new Map<string, number>();

  constructor(parts: Evaluating) {
    this.#parts = parts;
  }

  /** Runs the next batch of the next organization; answers `false` where nothing is due. */
  async runBatch(): Promise<boolean> {
    const evaluation = await this.#claim();
    if (evaluation === null) return false;
    try {
      if (evaluation.status === 'running') await this.#work(evaluation);
    } catch (error) {
      await this.#defer(evaluation, error);
    }
    this.#parts.database.wakeUps.signal();
    return true;
  }

  /** Leases the evaluation of the next organization that has been due longest; a pending one begins. */
  async #claim(): Promise<Evaluation | null> {
    const { queries } = this.#parts.database;
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
    const { queries } = this.#parts.database;
    const scenarios = await nextScenarios(queries, evaluation);
    const results = scenarios.length === 0 ? [] : await this.#evaluateWithPatience(evaluation, scenarios);
    const done = evaluation.evaluated_count + results.length;
    await queries.transaction().execute(async (tx) => {
      if (!(await holdsLease(tx, evaluation))) return;
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
    // Entries of evaluations that other workers have finished would stay forever.
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
    const load = (ids: readonly string[]) => readModules(this.#parts.database.queries, orgId, ids);
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
    // A scenario ends the thread. Alone, the first one either succeeds or is known to be the cause.
    const first = scenarios.slice(0, 1);
    try {
      return await run(first);
    } catch (error) {
      if (!(error instanceof SideThreadError)) throw error;
      const result = notEvaluated(await load(moduleIds), error.message, listedCharacters(scenarioCount));
      return first.map(({ id }) => ({ id, result: JSON.stringify(result) }));
    }
  }

  /** Completes an evaluation and publishes its event, in one transaction. */
  async #complete(tx: Queries, evaluation: Evaluation): Promise<void> {
    const { org_id: orgId, id } = evaluation;
    const data = await readEvaluationResults(tx, orgId, id);
    await this.#parts.publisher.publishWithin(tx, orgId, [{ type: completeEvent, data, source: 'system' }]);
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
    this.#parts.log.info(
      { org_id: publicId('organization', orgId), evaluation_id: publicId(evaluationKind, id) },
      'evaluation complete',
    );
  }

  /** Defers a failed batch, so that it does not come before all others again and again. */
  async #defer({ org_id: orgId, id, fence }: Evaluation, error: unknown): Promise<void> {
    const names = { org_id: publicId('organization', orgId), evaluation_id: publicId(evaluationKind, id) };
    const message = error instanceof Error ? error.message : String(error);
    this.#parts.log.warn(
      { ...names, error: message },
      'a batch of an evaluation failed; it is retried later',
    );
    await this.#parts.database.queries
      .updateTable('evaluations')
      .set({ due_at: sql<Date>`now() + make_interval(secs => ${retryAfterSeconds})` })
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .where('fence', '=', fence)
      .execute();
  }
}

/** Releases the leases of the previous process: for a database that no other process can open. */
export async function releaseEvaluations(queries: Queries): Promise<void> {
  await sql`update evaluations set due_at = now(), fence = fence + 1 where status = 'running' and due_at > now()`.execute(
    queries,
  );
}

/** Locks the evaluation of the next organization that has been due longest, unless another worker has locked it. */
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

async function holdsLease(tx: Queries, { org_id: orgId, id, fence }: Evaluation): Promise<boolean> {
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
