import type { OptionalTime, Time } from './column-types.ts';

/** Tables of `0010_sessions.sql`. */
export interface SessionTables {
  sign_in_links: {
    org_id: string;
    id: string;
    member_id: string;
    hash: Uint8Array;
    role: 'owner' | 'admin' | 'hr_admin' | 'member';
    created_by: string;
    created_at: Time;
    expires_at: Time;
    used_at: OptionalTime;
  };
  member_passwords: { org_id: string; member_id: string; hash: string; changed_at: Time };
  sessions: {
    org_id: string;
    id: string;
    member_id: string;
    hash: Uint8Array;
    signed_in_by: 'link' | 'password';
    ip: string | null;
    user_agent: string | null;
    created_at: Time;
    last_used_at: Time;
    ends_at: Time;
  };
}
