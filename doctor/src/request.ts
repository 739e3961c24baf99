/** Builds the requests of the doctor: a good delivery, changed in one respect. */
import { type Contract, type Headers, type Message, type SignatureInput, signAsync } from '@sluice/contracts';
import { utf8 } from '@sluice/contracts/encodings';

/** How an endpoint's deliveries are made. */
export interface Sender {
  readonly contract: Contract;
  /** The endpoint's current secrets, newest first. */
  readonly secrets: readonly string[];
  /** A sound secret of this contract that the receiver does not know. */
  readonly unknownSecret: string;
  readonly organizationId: string;
  readonly now: () => Date;
}

/** How a request differs from a good delivery. */
export interface Change {
  /** The event's data: JSON text. */
  readonly data?: string;
  /** Id of the delivery, a UUID; two requests with the same id are two attempts at one delivery. */
  readonly delivery?: string;
  /** Seconds since it was signed; negative: in the future. */
  readonly age?: number;
  /** Seconds since the event occurred. */
  readonly eventAge?: number;
  /** The secrets that sign instead of the current ones. */
  readonly signers?: (sender: Sender) => readonly string[];
  readonly unsigned?: boolean;
  /** What the signature is computed over instead of what the contract says. */
  readonly signatureInput?: (right: SignatureInput, message: Message) => SignatureInput;
  readonly signature?: (right: Uint8Array) => Uint8Array;
  /** The headers that carry the signatures; `signature` is the newest secret's. */
  readonly signatureHeaders?: (right: Headers, signature: Uint8Array) => Headers;
  readonly headers?: (right: Headers) => Headers;
  /** The body that is sent instead of the signed one. */
  readonly body?: (signed: Uint8Array) => Uint8Array;
}

/** Plain ASCII without slashes: every JSON library writes it in the same way. */
const plainData = '{"title":"Sluice doctor","amount":1999,"test":true}';

/** @throws TypeError without a secret, or with one that is not of the contract's format */
export async function buildRequest(
  sender: Sender,
  change: Change,
): Promise<{ readonly headers: Headers; readonly body: Uint8Array }> {
  const message = buildMessage(sender, change);
  const secrets = change.signers?.(sender) ?? sender.secrets;
  const headers = await signAsync(changed(sender.contract, change), message, secrets);
  return {
    headers: change.headers?.(headers) ?? headers,
    body: change.body?.(message.body) ?? message.body,
  };
}

/** The contract as a sender with this change would follow it. */
function changed(contract: Contract, change: Change): Contract {
  const { signature: changeSignature = (right) => right } = change;
  return {
    ...contract,
    signatureInput(message, secret) {
      const right = contract.signatureInput(message, secret);
      return change.signatureInput?.(right, message) ?? right;
    },
    signatureHeaders(message, [newest, ...older]) {
      if (change.unsigned === true) return {};
      const signature = changeSignature(newest);
      const right = contract.signatureHeaders(message, [signature, ...older.map(changeSignature)]);
      return change.signatureHeaders?.(right, signature) ?? right;
    },
  };
}

/** Whether the body says when the event occurred: only then can a receiver mistake that for the signed time. */
export function bodyHasTime(sender: Sender): boolean {
  const body = (eventAge: number) => String(buildMessage(sender, { eventAge, delivery: 'x' }).body);
  return body(0) !== body(86_400);
}

/** The first attempt of a delivery with the changes that concern the event and the times. */
export function buildMessage(sender: Sender, change: Change): Message {
  const now = sender.now().getTime();
  const ago = (seconds = 0) => new Date(now - seconds * 1000);
  const id = change.delivery ?? crypto.randomUUID();
  const event = {
    id: `evt_doctor_${id}`,
    type: 'webhook.test',
    data: utf8(change.data ?? plainData),
    occurredAt: ago(change.eventAge),
    organizationId: sender.organizationId,
  };
  const signedAt = ago(change.age);
  return {
    event,
    deliveryId: `dlv_doctor_${id}`,
    deliveryUuid: id,
    body: sender.contract.encode(event),
    attemptedAt: signedAt,
    roundStartedAt: signedAt,
  };
}
