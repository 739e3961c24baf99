/** Makes the doctor's requests: a good delivery, changed in one respect. */
import type { Contract, Headers, Message, SignatureInput, Signatures, WireEvent } from '../contract.ts';
import { utf8 } from '../encodings.ts';
import { hmac } from '../hmac.ts';
import { signingSecrets } from '../sign.ts';

/** Whose receiver is probed, and as whom. */
export interface Subject {
  readonly contract: Contract;
  /** Those that sign a delivery now, newest first. */
  readonly secrets: readonly string[];
  /** One that the receiver cannot know. */
  readonly strangersSecret: string;
  readonly organizationId: string;
  readonly now: () => Date;
}

/** In what a request differs from a good delivery. */
export interface Change {
  /** The event's data: JSON text. */
  readonly data?: string;
  /** Names the delivery; two requests with the same name are two attempts at one delivery. */
  readonly delivery?: string;
  /** How long ago it was signed, in seconds; negative: in the future. */
  readonly age?: number;
  /** How long ago the event occurred, in seconds. */
  readonly eventAge?: number;
  readonly signers?: (subject: Subject) => readonly string[];
  readonly unsigned?: boolean;
  /** Computes the signature over something else than the contract says. */
  readonly input?: (right: SignatureInput, secret: string, message: Message) => SignatureInput;
  readonly signature?: (right: Uint8Array) => Uint8Array;
  /** What is sent in place of the body that was signed. */
  readonly sentBody?: (signed: Uint8Array) => Uint8Array;
  readonly headers?: (right: Headers, signature: Uint8Array) => Headers;
}

export interface Crafted {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Plain ASCII without slashes, so that it looks the same however a receiver writes JSON. */
const plainData = '{"title":"Sluice doctor","amount":1999,"test":true}';

const testType = 'webhook.test';

export async function craft(subject: Subject, change: Change): Promise<Crafted> {
  const { contract } = subject;
  const signers = signingSecrets(contract, change.signers?.(subject) ?? subject.secrets);
  const message = messageOf(subject, change);
  const signOne = async (secret: string): Promise<Uint8Array> => {
    const right = contract.signatureInput(message, secret);
    const signature = await hmac(change.input?.(right, secret, message) ?? right);
    return change.signature?.(signature) ?? signature;
  };
  const [newest, ...older] = signers;
  const signatures: Signatures = [await signOne(newest), ...(await Promise.all(older.map(signOne)))];
  const signed = change.unsigned === true ? {} : contract.signatureHeaders(message, signatures);
  const headers = { ...contract.headers(message), ...signed };
  return {
    headers: change.headers?.(headers, signatures[0]) ?? headers,
    body: change.sentBody?.(message.body) ?? message.body,
  };
}

/** Whether the body says when the event occurred: only then can a receiver mistake that for the signed time. */
export function bodyTellsTime(subject: Subject): boolean {
  const body = (eventAge: number) => String(messageOf(subject, { eventAge, delivery: 'x' }).body);
  return body(0) !== body(86_400);
}

export function messageOf(subject: Subject, change: Change): Message {
  const now = subject.now().getTime();
  const ago = (seconds: number | undefined) => new Date(now - (seconds ?? 0) * 1000);
  const name = change.delivery ?? crypto.randomUUID();
  const event: WireEvent = {
    id: `evt_doctor_${name}`,
    type: testType,
    data: utf8(change.data ?? plainData),
    occurredAt: ago(change.eventAge),
    organizationId: subject.organizationId,
  };
  const signedAt = ago(change.age);
  return {
    event,
    deliveryId: `dlv_doctor_${name}`,
    deliveryUuid: name,
    body: subject.contract.encode(event),
    attemptedAt: signedAt,
    roundStartedAt: signedAt,
  };
}
