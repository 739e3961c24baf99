import type { OptionalTime, Time } from '../../db/column-types.ts';
import type { Tables } from '../../db/tables.ts';

/** All tables. Modules that use the tables of schedules import it from here, so that these are declared. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    schedules: SchedulesTable;
    schedule_runs: ScheduleRunsTable;
  }
}

interface SchedulesTable {
  org_id: string;
  id: string;
  cron: string;
  time_zone: string;
  type: string;
  data: string;
  audience: string | null;
  catch_up: 'none' | 'latest' | 'all';
  enabled: boolean;
  next_at: OptionalTime;
  last_at: OptionalTime;
  created_at: Time;
  updated_at: Time;
}

interface ScheduleRunsTable {
  org_id: string;
  schedule_id: string;
  at: Time;
  refusal: string | null;
  created_at: Time;
}
