import { Worker } from 'node:worker_threads';

/** The thread died over a request, or was ended because it took too long. */
export class SideThreadError extends Error {}

/** Somebody has so many requests waiting, or for so long, that they are given up. */
export class SideThreadBusyError extends Error {}

export interface SideThreadLimits {
  /** Milliseconds for one request, many times what the thread's own limits allow: it has hung. */
  readonly hungAfterMs: number;
  readonly heapMegabytes: number;
}

/** Requests that may wait for each who asks. */
const mostWaiting = 1_000;
const idleAfterMs = 60_000;

interface Waiting<Request, Answer> {
  readonly request: Request;
  /** On the clock of `performance.now()`. */
  readonly until: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * A thread for work that strangers can make long, so that none of it holds up requests and deliveries. It begins with the
 * first request and ends when it has long been idle. Requests go one after another; whoever asks takes turns with
 * everybody else who does, so that many requests of one do not keep the others waiting.
 *
 * The script answers each message with one message.
 */
export class SideThread<Request, Answer> {
  readonly #script: URL;
  readonly #limits: SideThreadLimits;
  /** By who asks, in the order of their turns. */
  readonly #waiting = new Map<string, Waiting<Request, Answer>[]>();
  #current: Waiting<Request, Answer> | null = null;
  #thread: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(script: URL, limits: SideThreadLimits) {
    this.#script = script;
    this.#limits = limits;
  }

  /**
   * @param who takes turns with the others
   * @param longestWaitMs after which its turn comes too late
   * @throws {SideThreadError} the request killed the thread
   * @throws {SideThreadBusyError} its turn came too late, or too many of theirs wait already
   */
  ask(who: string, request: Request, longestWaitMs = Number.POSITIVE_INFINITY): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const theirs = this.#waiting.get(who) ?? [];
      if (theirs.length >= mostWaiting) {
        reject(new SideThreadBusyError(`${theirs.length} requests wait already`));
        return;
      }
      theirs.push({ request, until: performance.now() + longestWaitMs, resolve, reject });
      this.#waiting.set(who, theirs);
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== null) return;
    this.#current = this.#takeNext();
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#current === null) {
      this.#thread?.unref();
      this.#timer = setTimeout(() => this.#end(), idleAfterMs).unref();
      return;
    }
    this.#thread ??= this.#begin();
    this.#thread.ref();
    this.#timer = setTimeout(() => this.#fail('it takes too long'), this.#limits.hungAfterMs);
    this.#thread.postMessage(this.#current.request);
  }

  /** Whoever had a turn comes behind all others. */
  #takeNext(): Waiting<Request, Answer> | null {
    for (const [who, theirs] of this.#waiting) {
      let next = theirs.shift();
      for (; next !== undefined && next.until < performance.now(); next = theirs.shift())
        next.reject(new SideThreadBusyError('its turn came too late'));
      this.#waiting.delete(who);
      if (theirs.length > 0) this.#waiting.set(who, theirs);
      if (next) return next;
    }
    return null;
  }

  #begin(): Worker {
    const thread = new Worker(this.#script, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMegabytes },
    });
    thread.on('message', (answer: Answer) => {
      if (this.#thread !== thread) return;
      const current = this.#current;
      this.#current = null;
      current?.resolve(answer);
      this.#next();
    });
    thread.on('error', (error) => {
      if (this.#thread === thread)
        this.#fail(
          'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? 'it takes too much memory'
            : error.message,
        );
    });
    return thread;
  }

  #fail(reason: string): void {
    const current = this.#current;
    this.#current = null;
    this.#end();
    current?.reject(new SideThreadError(reason));
    this.#next();
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = null;
    // It is gone as soon as it is let go; nobody waits for it to end.
    void thread?.terminate();
  }
}
