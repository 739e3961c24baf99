import type { Database } from '../../src/db/connect.ts';
import { findBrokenPromises } from './answers.ts';
import type { DocumentedRoute } from './document.ts';
import { type Answer, type Exchange, exchange } from './exchange.ts';
import { type Snapshot, takeVersions, writePosition } from './snapshot.ts';

export interface Probe {
  /** What this request is, for messages. */
  readonly what: string;
  readonly must: 'be refused' | 'not break';
  readonly request: Exchange;
}

export interface Prober {
  /** Sends one request and answers what is wrong with how it was answered. */
  probe(route: DocumentedRoute, probe: Probe): Promise<{ answer: Answer; problems: string[] }>;
  /** Takes what is in the database now as given: to be called after everything else that writes. */
  look(): Promise<void>;
}

/** Knows what is in the database, and notices when a refused request left something there. */
export function createProber(url: string, { queries }: Database): Prober {
  let position = '';
  let content: Snapshot = {};

  /** Tables that changed since the last time. Looks only where anything was written at all, which is cheaper. */
  async function findChanges(): Promise<string[]> {
    const now = await writePosition(queries);
    if (now === position) return [];
    position = now;
    const before = content;
    content = await takeVersions(queries);
    return Object.keys(content).filter((table) => before[table] !== content[table]);
  }

  return {
    async look() {
      await findChanges();
    },
    async probe(route, { what, request, must }) {
      const answer = await exchange(url, request);
      const changed = await findChanges();
      const refused = answer.status >= 400;
      const accepted = must === 'be refused' && !refused;
      const problems = [
        ...findBrokenPromises(route, answer),
        ...(accepted ? [`is accepted: ${answer.status} ${answer.text.slice(0, 300)}`] : []),
        ...(refused ? changed.map((table) => `is refused, but changed ${table}`) : []),
      ];
      return { answer, problems: problems.map((problem) => `${route.name} with ${what}: ${problem}`) };
    },
  };
}
