import { request } from 'undici';
import { startProgram } from './program.ts';

/** One request as the receiver saw it. */
export interface Receipt {
  /** `webhook-id`: what a receiver deduplicates by. */
  readonly deliveryId: string;
  readonly path: string;
  readonly bodyHash: string;
  /** The number that the publisher gave the event. */
  readonly sequence: number | null;
  /** Milliseconds since 1970, when the whole body had arrived. */
  readonly at: number;
  /** What it was answered, if the connection lived that long. */
  readonly status: number;
  /** Requests that it had not answered yet when this one had arrived, this one included. */
  readonly underWay: number;
}

export interface Behaviour {
  /** Waits for a time between these before it answers. */
  readonly delayMs: readonly [number, number];
  /** Share of the requests that it answers with 503. */
  readonly failing: number;
  /** Answers nothing until it is told another behaviour. */
  readonly hold?: boolean;
}

export interface Receiver {
  readonly url: string;
  behave(behaviour: Behaviour): Promise<void>;
  /** Everything it got, in order; from the given one on. */
  receipts(after?: number): Promise<Receipt[]>;
}

/** Starts a receiver; `killPrograms` ends it. */
export async function startReceiver(seed = 1): Promise<Receiver> {
  const program = startProgram({ entry: 'e2e/src/receiver-main.ts', args: [String(seed)] });
  const [, url = ''] = await program.line(/^receiver listens on (\S+)/);
  return {
    url,
    async behave(behaviour) {
      const { body } = await request(`${url}/_behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) });
      await body.dump();
    },
    async receipts(after = 0) {
      const { body } = await request(`${url}/_log`, { headers: { 'x-after': String(after) } });
      const receipts: Receipt[] = JSON.parse(await body.text());
      return receipts;
    },
  };
}
