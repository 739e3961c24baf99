import { CommanderError } from 'commander';
import { SluiceProblem, SluiceUnreachable } from '../problem.ts';
import { plain } from './text.ts';

/** What the process ends with; `--help` lists them. */
export const exitCodes = { done: 0, negative: 1, usage: 2, refused: 3, unreachable: 4 } as const;

/** A command that was called wrongly, with what to do instead. */
export class UsageError extends Error {}

/** What went wrong in words, and the exit code. A defect of ours keeps its stack. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  // Commander has written its own message already.
  if (error instanceof CommanderError)
    return { text: '', exitCode: error.exitCode === 0 ? exitCodes.done : exitCodes.usage };
  if (error instanceof UsageError) return { text: `error: ${error.message}\n`, exitCode: exitCodes.usage };
  if (error instanceof SluiceProblem) return { text: describeProblem(error), exitCode: exitCodes.refused };
  if (error instanceof SluiceUnreachable) {
    const text = `error: ${plain(error.message)}\nCheck that Sluice runs there, and SLUICE_URL.\n`;
    return { text, exitCode: exitCodes.unreachable };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `${text}\n`, exitCode: exitCodes.negative };
}

function describeProblem({ code, status, detail, errors, remedy, requestId }: SluiceProblem): string {
  const places = errors.map((place) => `  ${plain(place.pointer)}: ${plain(place.detail)}\n`).join('');
  const request = requestId === null ? '' : `request id: ${plain(requestId)}\n`;
  return `error: ${plain(detail)} (${plain(code)}, ${status})\n${places}${plain(remedy)}\n${request}`;
}
