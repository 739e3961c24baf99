import { schemaThread } from '../../src/schemas/checks.ts';
import type { SchemaThread } from '../../src/schemas/slow-checks.ts';

/** The thread for slow schemas, with a place to do something while a request waits for its verdict. */
export class WatchedThread implements SchemaThread {
  /** Called before each verdict is given; not when a schema is examined. */
  meanwhile: () => Promise<void> = async () => {};
  /** How many are asking at this moment. */
  asking = 0;

  async ask(...[who, request, longestWaitMs]: Parameters<SchemaThread['ask']>) {
    this.asking += 1;
    try {
      const answer = await schemaThread.ask(who, request, longestWaitMs);
      if (request.kind === 'judge') await this.meanwhile();
      return answer;
    } finally {
      this.asking -= 1;
    }
  }
}
