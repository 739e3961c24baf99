/**
 * Examines a webhook receiver: what it does with deliveries, forgeries and unusual payloads, and why. Its words:
 *
 * - **probe**: one request whose right outcome is known: a delivery to accept or a forgery to refuse.
 * - **answer**: what the receiver did with a probe, or why no response came back.
 * - **finding**: a probe, its answer and the verdict.
 * - **cause**: one mistake of the receiver that explains several findings, and its remedy.
 * - **guess**: a mistake in computing the signature that would explain why a good delivery is refused; tested by a
 *   delivery that is signed with this mistake.
 */
export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export type * from './report.ts';
