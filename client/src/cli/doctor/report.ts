import { exitCodes } from '../failures.ts';
import { paint } from '../paint.ts';
import { print, printJson } from '../session.ts';
import { type NamedReport, renderReport } from './render.ts';

const widest = 110;

/** Prints a report; answers what the process should end with. */
export function reportAndExitCode(report: NamedReport, json: boolean): number {
  if (json) printJson(report);
  else print(renderReport(report, paint, Math.min(process.stdout.columns ?? widest, widest)));
  return report.sound ? exitCodes.done : exitCodes.negative;
}
