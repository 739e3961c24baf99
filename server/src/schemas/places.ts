import { SideThreadBusyError } from '../base/side-thread.ts';

/** The requests of one organization that have a place, and those that wait for one. */
interface Line {
  taken: number;
  readonly waiting: Set<() => void>;
}

/** Lets some requests of each organization go on at once; the others wait in line, but not for ever. */
export class Places {
  readonly #lines = new Map<string, Line>();
  readonly #limits: { readonly atOnce: number; readonly waiting: number; readonly longestWaitMs: number };

  /** @param limits for each organization: requests at once, requests that wait, and for how many milliseconds */
  constructor(limits: { readonly atOnce: number; readonly waiting: number; readonly longestWaitMs: number }) {
    this.#limits = limits;
  }

  /**
   * Waits for a place, and answers how to leave it.
   * @throws {SideThreadBusyError}
   */
  async take(orgId: string): Promise<() => void> {
    const line = this.#lines.get(orgId) ?? { taken: 0, waiting: new Set() };
    this.#lines.set(orgId, line);
    if (line.taken < this.#limits.atOnce) line.taken += 1;
    else if (line.waiting.size >= this.#limits.waiting)
      throw new SideThreadBusyError('too many wait already');
    else await this.#wait(line);
    return () => {
      // The next in line takes over this place, so that no newcomer gets in between.
      const [next] = line.waiting;
      if (next) next();
      else line.taken -= 1;
      if (line.taken === 0) this.#lines.delete(orgId);
    };
  }

  #wait({ waiting }: Line): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        waiting.delete(go);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(go);
        reject(new SideThreadBusyError('no place for too long'));
      }, this.#limits.longestWaitMs);
      waiting.add(go);
    });
  }
}
