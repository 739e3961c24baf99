import type { ColumnType } from 'kysely';

/** Read as a Date; written as a Date or as SQL, mostly `now()`. */
export type Time = ColumnType<Date, Date, Date>;
export type OptionalTime = ColumnType<Date | null, Date | null | undefined, Date | null>;

/** A number for each organization that grows with every change to some list of it. */
export interface VersionsTable {
  org_id: string;
  version: number;
}
