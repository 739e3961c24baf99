import { Worker } from 'node:worker_threads';

/** A request ended the thread: by an error, by its use of memory, or because it ran for too long. */
export class SideThreadError extends Error {}

/** Too many requests of one client are waiting, or the request has waited for too long. */
export class SideThreadBusyError extends Error {}

export interface SideThreadLimits {
  /** Milliseconds after which a request counts as hung: many times what the script's own limits allow. */
  readonly hungAfterMs: number;
  readonly heapMegabytes: number;
}

/** Waiting requests of one client at most. */
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
 * A thread for work whose duration tenants decide, so that it delays neither requests nor deliveries. It starts with the
 * first request and ends after an idle timeout. It serves one request at a time and its clients in turn, so that many
 * requests of one client do not delay the others.
 *
 * The script answers each message with exactly one message.
 */
export class SideThread<Request, Answer> {
  readonly #script: URL;
  readonly #limits: SideThreadLimits;
  /** Client → its waiting requests; the clients in the order of their turns. */
  readonly #waiting = new Map<string, Waiting<Request, Answer>[]>();
  #current: Waiting<Request, Answer> | null = null;
  #thread: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(script: URL, limits: SideThreadLimits) {
    this.#script = script;
    this.#limits = limits;
  }

  /**
   * Has the thread answer a request.
   * @param client takes turns with the other clients
   * @param longestWaitMs milliseconds that the request may wait for the thread
   * @throws {SideThreadError} where the request ended the thread
   * @throws {SideThreadBusyError} where it waited for too long, or the client has 1,000 waiting requests
   */
  ask(client: string, request: Request, longestWaitMs = Number.POSITIVE_INFINITY): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(client) ?? [];
      if (queue.length >= mostWaiting) {
        reject(new SideThreadBusyError(`${queue.length} requests wait already`));
        return;
      }
      queue.push({ request, until: performance.now() + longestWaitMs, resolve, reject });
      this.#waiting.set(client, queue);
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

  /** Takes the next request; its client then goes to the end of the line. */
  #takeNext(): Waiting<Request, Answer> | null {
    for (const [client, queue] of this.#waiting) {
      let next = queue.shift();
      for (; next !== undefined && next.until < performance.now(); next = queue.shift())
        next.reject(new SideThreadBusyError('its turn came too late'));
      this.#waiting.delete(client);
      if (queue.length > 0) this.#waiting.set(client, queue);
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
    // The end is not awaited: nothing refers to the thread any more.
    void thread?.terminate();
  }
}
