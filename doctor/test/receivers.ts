/** What receivers are made of, sound ones and others. */
import { createHmac } from 'node:crypto';
import { type Contract, flowxtra, standard, verify } from '@sluice/contracts';
import { secretOf } from '../../contracts/test/messages.ts';
import type { Received, Receiver, Reply } from './http.ts';

export const accepted: Reply = { status: 204 };
export const refused: Reply = { status: 401, body: 'bad signature' };

/** What a receiver looks at, changed before it is verified; then what it does with what is genuine. */
interface Habits {
  readonly secret?: string;
  readonly now?: (received: Received) => Date;
  readonly headers?: (received: Received) => Record<string, string | string[] | undefined>;
  readonly body?: (body: Buffer) => Buffer | string;
  readonly genuine?: (received: Received) => Reply | Promise<Reply>;
}

export function receiverOf(contract: Contract, habits: Habits = {}): Receiver {
  return async (received) => {
    const result = await verify(contract, {
      headers: habits.headers?.(received) ?? received.headers,
      body: habits.body?.(received.body) ?? received.body,
      secret: habits.secret ?? secretOf(contract),
      now: habits.now?.(received) ?? new Date(),
    });
    return result.ok ? (habits.genuine?.(received) ?? accepted) : refused;
  };
}

export const header = ({ headers }: Received, name: string) => String(headers[name] ?? '');
export const key = (contract: Contract) => Buffer.from(secretOf(contract));
export const standardKey = Buffer.from(secretOf(standard).slice('whsec_'.length), 'base64');
export const hex = (secret: Buffer | string, content: string | Buffer) =>
  createHmac('sha256', secret).update(content).digest('hex');

/** Signs the way a mistaken receiver does, and compares hex. */
export function flowxtraHex(
  input: (received: Received) => string,
  secret: Buffer | string = key(flowxtra),
): Receiver {
  return (received) => {
    const given = header(received, 'x-flowxtra-signature');
    return given === `sha256=${hex(secret, input(received))}` ? accepted : refused;
  };
}

export function standardBase64(content: (received: Received) => string, secret: Buffer | string): Receiver {
  return (received) => {
    const expected = `v1,${createHmac('sha256', secret).update(content(received)).digest('base64')}`;
    return header(received, 'webhook-signature') === expected ? accepted : refused;
  };
}
