/** The one source of time in a process. Injected, so that tests can set the time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Sets the clock to the database's time; other kinds of clocks ignore it. */
  follow(databaseTime: Date): void;
}

/**
 * A clock that follows the database's, so that timestamps, ids and expiry are right even where the clock of the machine
 * is wrong. Between two calls of `follow` it counts with the monotonic timer.
 */
export class DatabaseClock implements Clock {
  #databaseTime: number;
  #monotonicTime: number;

  constructor() {
    this.#databaseTime = Date.now();
    this.#monotonicTime = performance.now();
  }

  now(): number {
    return Math.floor(this.#databaseTime + (performance.now() - this.#monotonicTime));
  }

  follow(databaseTime: Date): void {
    this.#databaseTime = databaseTime.getTime();
    this.#monotonicTime = performance.now();
  }
}
