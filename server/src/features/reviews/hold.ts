import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Gate, GateRules, Hold } from '../../events/gate.ts';
import type { Publication } from '../../events/new-event.ts';
import { announcements, type TaskFollower } from './announce.ts';
import { rulesOf } from './gate-rules.ts';
import type { ReviewGate } from './gates.ts';
import { insertTasks, type TaskDraft } from './tasks.ts';

/** Holds deliveries until the review tasks that it creates for them are decided. */
export class ReviewGates implements Gate {
  readonly #clock: Clock;
  readonly #follower: TaskFollower;

  constructor(clock: Clock, follower: TaskFollower) {
    this.#clock = clock;
    this.#follower = follower;
  }

  async hold(tx: Queries, holds: readonly Hold[]): Promise<Publication[]> {
    const tasks = await insertTasks(tx, this.#clock, holds.map(taskOf));
    const rows = holds.flatMap(({ event: { orgId }, deliveryIds }, index) => {
      const taskId = tasks[index]?.id;
      return taskId === undefined ? [] : deliveryIds.map((deliveryId) => ({ orgId, deliveryId, taskId }));
    });
    await writeHolds(tx, rows);
    const news = tasks.map((task) => ({ task, entry: null }));
    return announcements(tx, this.#follower, news);
  }
}

/** Organization → the rules of its gates. */
export async function readGateRules(
  queries: Queries,
  orgIds: readonly string[],
): Promise<Map<string, GateRules>> {
  const { rows } = await sql<ReviewGate>`
    select * from review_gates where org_id = any(${orgIds}::uuid[]) order by org_id, id`.execute(queries);
  const byOrganization = Map.groupBy(rows, (row) => row.org_id);
  return new Map([...byOrganization].map(([orgId, gates]) => [orgId, rulesOf(gates)]));
}

function taskOf({ gate, event }: Hold): TaskDraft {
  return {
    orgId: event.orgId,
    input: {
      workflowId: gate.workflowId,
      queueId: gate.queueId,
      // Without any data, because titles are published in events.
      title: gate.name === null ? event.type : `${gate.name}: ${event.type}`,
      content: event.data,
      contentType: 'application/json',
      priority: 'normal',
      assigneeId: null,
      metadata: {},
      expiresAt: undefined,
      source: { gateId: gate.id, eventId: event.id, eventType: event.type },
    },
    entry: { actor: `gate:${publicId('reviewGate', gate.id)}`, actor_name: gate.name, ip: null },
  };
}

/** Rows in one statement, so that it stays within the statement timeout. */
const rowsAtOnce = 5_000;

async function writeHolds(tx: Queries, holds: readonly HoldRow[]): Promise<void> {
  for (let from = 0; from < holds.length; from += rowsAtOnce) {
    const rows = holds.slice(from, from + rowsAtOnce);
    await sql`
      insert into review_holds (org_id, delivery_id, task_id)
      select * from unnest(${rows.map((row) => row.orgId)}::uuid[], ${rows.map((row) => row.deliveryId)}::uuid[], ${rows.map((row) => row.taskId)}::uuid[])`.execute(
      tx,
    );
  }
}

interface HoldRow {
  readonly orgId: string;
  readonly deliveryId: string;
  readonly taskId: string;
}
