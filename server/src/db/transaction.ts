import type { Queries } from './connect.ts';
import { isDeadlock, isStalePlan } from './failures.ts';

const triesAtMost = 3;

/**
 * Runs work in a transaction, and again when the database ended it because it and another one waited for each other,
 * or because the schema has changed: nothing of it has happened then. So the work must do nothing but queries.
 */
export async function transact<T>(queries: Queries, work: (tx: Queries) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await queries.transaction().execute(work);
    } catch (error) {
      if (!(isDeadlock(error) || isStalePlan(error)) || tries === triesAtMost) throw error;
    }
  }
}
