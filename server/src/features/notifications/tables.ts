import type { ColumnType } from 'kysely';
import type { OptionalTime, Time } from '../../db/column-types.ts';
import type { Tables } from '../../db/tables.ts';

/** All tables. Modules that use the tables of notifications import it from here, so that these are declared. */
export type { Tables };

declare module '../../db/tables.ts' {
  interface Tables {
    notifications: NotificationsTable;
    inbox_entries: InboxEntriesTable;
    meetings: MeetingsTable;
    meeting_members: MeetingMembersTable;
    weekly_digests: WeeklyDigestsTable;
  }
}

interface NotificationsTable {
  org_id: string;
  id: string;
  type: string;
  title: string;
  body: string | null;
  url: string | null;
  data: string | null;
  recipients: string;
  deliver_at: OptionalTime;
  created_by: string;
  created_at: Time;
  sent_at: OptionalTime;
  addressed: number | null;
  cancelled_at: OptionalTime;
  refused_because: string | null;
  ended_at: OptionalTime;
}

interface InboxEntriesTable {
  org_id: string;
  member_id: string;
  id: string;
  notification_id: string;
  read_at: OptionalTime;
  created_at: Time;
}

interface MeetingsTable {
  org_id: string;
  id: string;
  title: string;
  starts_at: Time;
  created_by: string;
  created_at: Time;
  updated_at: Time;
  cancelled_at: OptionalTime;
  reminded: ColumnType<boolean, boolean | undefined, boolean>;
}

interface MeetingMembersTable {
  org_id: string;
  meeting_id: string;
  member_id: string;
  reminded_of: OptionalTime;
}

interface WeeklyDigestsTable {
  org_id: string;
  time_zone: string;
  next_at: Time;
  latest_until: OptionalTime;
  sending_until: OptionalTime;
  sent_through: string | null;
}
