import type { OptionalTime, Time } from '../../db/column-types.ts';
import type { Tables } from '../../db/tables.ts';

/** All tables. Modules that use the tables of records import it from here, so that these are declared. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    record_types: RecordTypesTable;
    records: RecordsTable;
  }
}

interface RecordTypesTable {
  org_id: string;
  module: string;
  model: string;
  description: string;
  schema: string | null;
  created_at: Time;
  updated_at: Time;
  last_change: OptionalTime;
}

interface RecordsTable {
  org_id: string;
  module: string;
  model: string;
  id: string;
  fields: string;
  created_at: Time;
  updated_at: Time;
}
