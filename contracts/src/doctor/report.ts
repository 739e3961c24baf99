/**
 * The words of the doctor:
 *
 * - **probe**: one request whose right outcome is known: a delivery to accept or a forgery to refuse.
 * - **answer**: what the receiver did with it, or why nothing came back.
 * - **finding**: a probe, its answer and the verdict.
 * - **cause**: what in the receiver explains several findings at once, and what to do about it.
 *
 * A report is a document: its members are spelled as the API and `sluice doctor --json` write them.
 */
import type { Headers } from '../contract.ts';

export interface ProbeRequest {
  /** Names in the spelling in which they are to be sent. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** One deadline for everything, DNS to last byte. */
  readonly timeoutMs: number;
}

/** Why there was no complete response. */
export type TransportFailure = 'timeout' | 'connection_error' | 'tls_error' | 'dns_error' | 'blocked_address';

export type Answer =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      /** As much of it as was kept. */
      readonly body: Uint8Array;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'failure';
      readonly failure: TransportFailure;
      readonly detail: string;
      readonly durationMs: number;
    };

/** Posts one request to the receiver. Never throws for what the receiver or the network does. */
export type Send = (request: ProbeRequest) => Promise<Answer>;

export type ProbeGroup = 'delivery' | 'forgery' | 'time' | 'payload';
/** `skipped`: not sent, or not looked at (429), so that nothing is known. */
export type ProbeVerdict = 'pass' | 'warn' | 'fail' | 'skipped';

export interface Finding {
  /** Stable name of the probe. */
  readonly probe: string;
  readonly group: ProbeGroup;
  readonly title: string;
  /** What a sound receiver does. */
  readonly should: 'accept' | 'refuse';
  readonly because: string;
  /** What this one did, in words. */
  readonly did: string;
  readonly verdict: ProbeVerdict;
  readonly status: number | null;
  readonly duration_ms: number | null;
  /** The beginning of its answer, where the verdict is not `pass`. Secrets are masked. */
  readonly excerpt: string | null;
}

export interface Cause {
  /** Stable name for programs. */
  readonly code: string;
  readonly level: 'warn' | 'fail';
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
  /** The probes that show it. */
  readonly probes: readonly string[];
}

export interface Report {
  readonly contract: string;
  /** No probe failed, and those that matter most were looked at. */
  readonly sound: boolean;
  readonly started_at: string;
  readonly duration_ms: number;
  /** The slowest answer to a delivery, and how long the contract or the endpoint lets it take. */
  readonly slowest_ms: number | null;
  readonly timeout_ms: number;
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  readonly skipped: number;
  readonly findings: readonly Finding[];
  /** Likeliest first. */
  readonly causes: readonly Cause[];
}
