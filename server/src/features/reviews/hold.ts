import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Gate, GateRules, Hold } from '../../events/gate.ts';
import type { PublishRequest } from '../../events/new-event.ts';
import type { SchemaChecks } from '../../schemas/checks.ts';
import { VersionedCache } from '../../tenants/versioned.ts';
import { announcements, type TaskFollower } from './announce.ts';
import { rulesOf } from './gate-rules.ts';
import type { ReviewGate } from './gates.ts';
import { insertTasks, type NewTask } from './tasks.ts';

interface VersionedRules extends GateRules {
  readonly version: number;
}

/** Holds deliveries back as review tasks. */
export class ReviewGates implements Gate {
  readonly #clock: Clock;
  readonly #follower: TaskFollower;
  readonly #rules = new VersionedCache<VersionedRules>();

  readonly #schemas: SchemaChecks;

  constructor(clock: Clock, follower: TaskFollower, schemas: SchemaChecks) {
    this.#clock = clock;
    this.#follower = follower;
    this.#schemas = schemas;
  }

  load(tx: Queries, versions: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, GateRules>> {
    // Without a version there never was a gate.
    const gated = new Map([...versions].filter(([, version]) => version > 0));
    return this.#rules.load(gated, (stale) => readRules(tx, this.#schemas, stale));
  }

  async hold(tx: Queries, holds: readonly Hold[]): Promise<PublishRequest[]> {
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

async function readRules(
  tx: Queries,
  schemas: SchemaChecks,
  versions: ReadonlyMap<string, number>,
): Promise<Map<string, VersionedRules>> {
  const { rows } = await sql<ReviewGate>`
    select * from review_gates where org_id = any(${[...versions.keys()]}::uuid[]) order by org_id, id`.execute(
    tx,
  );
  return new Map(
    [...versions].map(([orgId, version]) => [
      orgId,
      {
        version,
        ...rulesOf(
          schemas,
          rows.filter((row) => row.org_id === orgId),
        ),
      },
    ]),
  );
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
