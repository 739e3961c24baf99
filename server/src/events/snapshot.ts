import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import type { Subscriber } from '../endpoints/match.ts';
import type { KeptSchema } from '../schemas/kept-schema.ts';
import type { GateRules } from './gate.ts';

/** Numbers that change with every change of an organization's endpoints, event types and gates. */
export interface Versions {
  readonly endpoints: number;
  readonly eventTypes: number;
  readonly gates: number;
}

/** What plans go by: an organization's endpoints, schemas and gates, as of these versions. */
export interface Snapshot {
  readonly orgId: string;
  readonly versions: Versions;
  readonly subscribers: readonly Subscriber[];
  /** By event type; a type without one takes any object. */
  readonly schemas: ReadonlyMap<string, KeptSchema>;
  /** `null`: there are none. */
  readonly gates: GateRules | null;
}

/** Reads one part of snapshots, by organization. Organizations that have nothing of it may be left out. */
type Reader<Part> = (queries: Queries, orgIds: readonly string[]) => Promise<ReadonlyMap<string, Part>>;

export interface SnapshotReaders {
  readonly subscribers: Reader<readonly Subscriber[]>;
  readonly schemas: Reader<ReadonlyMap<string, KeptSchema>>;
  readonly gates: Reader<GateRules>;
}

/** What is answered to a credential that has outlived its organization. */
export function organizationGone(): SluiceError {
  return new SluiceError('unauthenticated', 'The organization of this credential is gone.');
}

/** Refuses what was judged by versions that have changed before it could commit, again and again. */
export function changedMeanwhile(): SluiceError {
  return new SluiceError(
    'too_much_under_way',
    'The endpoints, schemas or gates of this organization have changed at the same time; send it again.',
    { retryAfterSeconds: 1 },
  );
}

export function areSame(a: Versions, b: Versions): boolean {
  return a.endpoints === b.endpoints && a.eventTypes === b.eventTypes && a.gates === b.gates;
}

/**
 * Snapshots of organizations, kept in memory by their versions: reading 10,000 endpoints for each event would cost more
 * than everything else about it. Of more organizations than the limit, those used longest ago are forgotten.
 */
export class Snapshots {
  readonly #clock: Clock;
  readonly #readers: SnapshotReaders;
  readonly #limit: number;
  readonly #kept = new Map<string, Snapshot>();

  constructor(clock: Clock, readers: SnapshotReaders, limit = 1_000) {
    this.#clock = clock;
    this.#readers = readers;
    this.#limit = limit;
  }

  /** The snapshot in memory, which may be of older versions than the database's; `null`: there is none. */
  latest(orgId: string): Snapshot | null {
    const known = this.#kept.get(orgId);
    if (known) this.#keep(known);
    return known ?? null;
  }

  /** The versions as these queries see them; organizations that do not exist are left out. Sets the clock, too. */
  async versions(queries: Queries, orgIds: readonly string[]): Promise<ReadonlyMap<string, Versions>> {
    const { rows } = await sql<{
      id: string;
      endpoints: number;
      event_types: number;
      gates: number;
      at: Date;
    }>`
      select clock_timestamp() as at, organization.id, coalesce(endpoint.version, 0) as endpoints, coalesce(event_type.version, 0) as event_types,
             coalesce(gate.version, 0) as gates
        from organizations organization
        left join endpoint_versions endpoint on ${lookUp('endpoint.org_id', 'organization.id')}
        left join event_type_versions event_type on ${lookUp('event_type.org_id', 'organization.id')}
        left join review_gate_versions gate on ${lookUp('gate.org_id', 'organization.id')}
       where organization.id = any(${orgIds}::uuid[])`.execute(queries);
    if (rows[0]) this.#clock.follow(rows[0].at);
    return new Map(
      rows.map(({ id, endpoints, event_types: eventTypes, gates }) => [id, { endpoints, eventTypes, gates }]),
    );
  }

  /**
   * The snapshots of these versions. Only the parts that are in memory in another version are read.
   * @param versions as `versions` has read them before with the same queries: what is read after that is never older than
   *   its version says. Where it is younger, the version in the database is another one by then, and no plan passes
   */
  async at(
    queries: Queries,
    versions: ReadonlyMap<string, Versions>,
  ): Promise<ReadonlyMap<string, Snapshot>> {
    const before = new Map([...versions.keys()].map((orgId) => [orgId, this.#kept.get(orgId)]));
    const read = async <Part>(part: keyof Versions, reader: Reader<Part>, none: Part) => {
      const stale = [...versions].flatMap(([orgId, version]) =>
        before.get(orgId)?.versions[part] === version[part] ? [] : [orgId],
      );
      const found = stale.length === 0 ? new Map<string, Part>() : await reader(queries, stale);
      return new Map(stale.map((orgId) => [orgId, found.get(orgId) ?? none]));
    };
    const subscribers = await read('endpoints', this.#readers.subscribers, []);
    const schemas = await read('eventTypes', this.#readers.schemas, new Map());
    const gates = await read<GateRules | null>('gates', this.#readers.gates, null);
    const snapshots = new Map<string, Snapshot>();
    for (const [orgId, version] of versions) {
      const known = before.get(orgId);
      const snapshot = {
        orgId,
        versions: version,
        subscribers: subscribers.get(orgId) ?? known?.subscribers ?? [],
        schemas: schemas.get(orgId) ?? known?.schemas ?? new Map(),
        gates: gates.has(orgId) ? (gates.get(orgId) ?? null) : (known?.gates ?? null),
      };
      snapshots.set(orgId, known && areSame(known.versions, version) ? known : snapshot);
    }
    // What is answered does not depend on what stays in memory: there may be more organizations than fit.
    for (const snapshot of snapshots.values()) this.#keep(snapshot);
    return snapshots;
  }

  /** The snapshots as of now. Costs a round trip, and one more for each part that has changed. */
  async current(queries: Queries, orgIds: readonly string[]): Promise<ReadonlyMap<string, Snapshot>> {
    return this.at(queries, await this.versions(queries, orgIds));
  }

  #keep(snapshot: Snapshot): void {
    this.#kept.delete(snapshot.orgId);
    this.#kept.set(snapshot.orgId, snapshot);
    if (this.#kept.size <= this.#limit) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
