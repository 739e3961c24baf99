import { sql } from 'kysely';
import { lookUp } from '../db/look-up.ts';
import { closeDeliveries } from './close.ts';
import { leaseReleased } from './leases.ts';

/**
 * What an attempt does to the ledger and to its delivery, as the last parts of a `with`: the attempt is appended, and
 * the delivery ends, or waits without a lease for the next attempt.
 *
 * Reads the part `attempted`, whose rows are leased deliveries that the transaction has locked: the columns of
 * `closed_deliveries` as they are after the attempt (`state` null: it goes on), those of `attempts` where they are
 * others (`attempt_id`, `sent_body_id`, `error`, `url`, …), and for what goes on `next_phase` and `wait_ms`.
 */
export const settleAttempts = sql`
    appended as (
      insert into attempts (org_id, id, delivery_id, endpoint_id, number, outcome, error, url, request_headers, body_id, status,
                            response_headers, response_body, response_truncated, timings, duration_ms, worker, started_at, finished_at)
      select org_id, attempt_id, id, endpoint_id, attempts, last_outcome, error, url, request_headers, sent_body_id, last_status,
             response_headers, response_body, response_truncated, timings, last_duration_ms, worker, started_at, now()
        from attempted
    ),
    ${closeDeliveries('attempted')},
    waiting as (
      update open_deliveries delivery set
        phase = attempted.next_phase, due_at = now() + make_interval(secs => attempted.wait_ms / 1000), ${leaseReleased},
        attempts = attempted.attempts, round_attempts = delivery.round_attempts + 1, body_id = attempted.body_id,
        last_outcome = attempted.last_outcome, last_status = attempted.last_status, last_attempt_at = attempted.last_attempt_at
        from attempted
       where attempted.state is null and ${lookUp('delivery.org_id', 'attempted.org_id')} and delivery.id = attempted.id
    )`;
