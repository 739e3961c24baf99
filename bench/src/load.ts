import { runToEnd } from './processes.ts';

/** What the load generator is asked for: see load-main.ts. */
export interface LoadOptions {
  readonly address: string;
  readonly path?: string;
  readonly key?: string;
  readonly seconds: number;
  readonly clients?: number;
  readonly rate?: number;
  readonly types?: number;
  readonly batch?: number;
}

export interface Load {
  /** Events. */
  readonly published: number;
  readonly seconds: number;
  readonly failures: number;
  /** Of steady runs, by request: milliseconds since 1970. */
  readonly sentAt?: readonly number[];
  readonly answeredAt?: readonly number[];
}

/** Runs the load generator in a process of its own. */
export async function load(options: LoadOptions): Promise<Load> {
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const report = await runToEnd<Load>('load-main.ts', args);
  if (report.failures > 0) throw new Error(`${report.failures} requests were refused.`);
  return report;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
