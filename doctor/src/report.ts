/** A report is a document: its members are spelled as the API and `sluice doctor --json` write them. */
import type { Headers } from '@sluice/contracts';

export interface ProbeRequest {
  /** Names in the spelling in which they are to be sent. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Milliseconds for everything, from DNS to the last byte. */
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
      /** The beginning of it; how much is the sender's choice. */
      readonly body: Uint8Array;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'failure';
      readonly failure: TransportFailure;
      readonly detail: string;
      readonly durationMs: number;
    };

/** Posts one request to the receiver. Never rejects because of the receiver or the network. */
export type Send = (request: ProbeRequest) => Promise<Answer>;

export type ProbeGroup = 'delivery' | 'forgery' | 'time' | 'payload';
/** `skipped`: not sent, or refused for its rate (429), so nothing is known. */
export type ProbeVerdict = 'pass' | 'warn' | 'fail' | 'skipped';

export interface Finding {
  /** Stable id of the probe. */
  readonly probe: string;
  readonly group: ProbeGroup;
  readonly title: string;
  /** What a sound receiver does. */
  readonly should: 'accept' | 'refuse';
  readonly because: string;
  /** What the receiver did, in words. */
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
  /** No probe failed, and every essential one was answered. */
  readonly sound: boolean;
  readonly started_at: string;
  readonly duration_ms: number;
  /** The slowest answer to a delivery; `null` where none was answered. */
  readonly slowest_ms: number | null;
  /** How long the contract or the endpoint lets an answer take. */
  readonly timeout_ms: number;
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  readonly skipped: number;
  readonly findings: readonly Finding[];
  /** Likeliest first. */
  readonly causes: readonly Cause[];
}
