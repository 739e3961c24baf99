import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Gate, GateRules, Hold } from '../../events/gate.ts';
import type { Publication } from '../../events/new-event.ts';
import { announcements, type TaskFollower } from './announce.ts';
import { rulesOf } from './gate-rules.ts';
import type { ReviewGate } from './gates.ts';
import { insertTasks, type NewTask } from './tasks.ts';

/** Holds deliveries back as review tasks. */
export class ReviewGates implements Gate {
  readonly #clock: Clock;
  readonly #follower: TaskFollower;

  constructor(clock: Clock, follower: TaskFollower) {
    this.#clock = clock;
    this.#follower = follower;
  }

  async hold(tx: Queries, holds: readonly Hold[]): Promise<Publication[]> {
    const tasks = await insertTasks(
      tx,
      this.#clock,
      holds.map((hold) => ({
        orgId: hold.event.orgId,
        input: taskOf(hold),
        entry: {
          actor: `gate:${publicId('reviewGate', hold.gate.id)}`,
          actor_name: hold.gate.name,
          ip: null,
        },
      })),
    );
    const rows = holds.flatMap(({ deliveryIds }, index) => {
      const task = tasks[index];
      return task
        ? deliveryIds.map((deliveryId) => ({ orgId: task.org_id, deliveryId, taskId: task.id }))
        : [];
    });
    await writeHolds(tx, rows);
    return announcements(
      tx,
      this.#follower,
      tasks.map((task) => ({ task, entry: null })),
    );
  }
}

/** The rules of organizations' gates, by the organizations' ids. */
export async function readGateRules(
  queries: Queries,
  orgIds: readonly string[],
): Promise<Map<string, GateRules>> {
  const { rows } = await sql<ReviewGate>`
    select * from review_gates where org_id = any(${orgIds}::uuid[]) order by org_id, id`.execute(queries);
  const byOrganization = Map.groupBy(rows, (row) => row.org_id);
  return new Map([...byOrganization].map(([orgId, gates]) => [orgId, rulesOf(gates)]));
}

function taskOf({ gate, event }: Hold): NewTask {
  return {
    workflowId: gate.workflowId,
    queueId: gate.queueId,
    // Titles go out with events, so nothing of the data is in it.
    title: gate.name === null ? event.type : `${gate.name}: ${event.type}`,
    content: event.data,
    contentType: 'application/json',
    priority: 'normal',
    assigneeId: null,
    metadata: {},
    expiresAt: undefined,
    source: { gateId: gate.id, eventId: event.id, eventType: event.type },
  };
}

/** Rows in one statement, which must not outlast the statement timeout. */
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
