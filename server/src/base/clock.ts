/** The time as everything in one process sees it. Injected, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Takes over the database's time, if that is where this clock's time comes from. */
  follow(databaseTime: Date): void;
}

/**
 * A clock that follows the database's, so that a process whose own clock is wrong still signs, names and expires
 * things rightly. It counts with the monotonic timer and takes the database's time at every `follow`.
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
