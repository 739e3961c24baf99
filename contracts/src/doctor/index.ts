/** The receiver doctor: what a receiver does with deliveries, forgeries and unusual payloads, and why. */
export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export type * from './report.ts';
