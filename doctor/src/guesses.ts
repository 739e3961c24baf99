/**
 * A receiver that refuses a good delivery may compute the signature in another way than the contract says. Each guess
 * is one such mistake, with a delivery that is signed with it: the delivery that is accepted names the mistake.
 */
import { type Contract, contracts, type Headers, type Message, type SignatureInput } from '@sluice/contracts';
import { decodeBase64, decodeHex, encodeBase64, encodeHex, utf8 } from '@sluice/contracts/encodings';
import { type JsonStyle, reencode } from './reencode.ts';
import { buildMessage, type Change, type Sender } from './request.ts';

export interface Guess {
  readonly code: 'computes_otherwise' | 'clock';
  /** The mistake, such as `signs the body alone`. */
  readonly title: string;
  readonly remedy: string;
  readonly change: Change;
  /** The contract to follow instead of the endpoint's. */
  readonly contract?: Contract;
}

const code = 'computes_otherwise';

/**
 * Likeliest first.
 *
 * @param clockAhead seconds by which the receiver's clock is ahead, where that is known.
 */
export function guessesFor(sender: Sender, clockAhead: number | null): readonly Guess[] {
  return [
    ...clockGuess(sender.contract, clockAhead),
    ...keyGuesses(sender),
    ...reencodingGuesses,
    ...contentGuesses(sender),
    ...encodingGuesses,
    ...olderSecretGuesses(sender),
    ...contractGuesses(sender),
  ];
}

function clockGuess({ toleranceSeconds }: Contract, ahead: number | null): Guess[] {
  if (toleranceSeconds === null || ahead === null || Math.abs(ahead) <= toleranceSeconds) return [];
  return [
    {
      code: 'clock',
      title: `its clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'fast' : 'slow'}`,
      remedy: "Synchronize the clock of the receiver's host (NTP).",
      change: { age: -ahead },
    },
  ];
}

function keyGuesses(sender: Sender): Guess[] {
  const [secret = ''] = sender.secrets;
  const right = sender.contract.signatureInput(buildMessage(sender, {}), secret).key;
  const bare = secret.slice(secret.indexOf('_') + 1);
  const isText = encodeHex(right) === encodeHex(utf8(secret));
  const remedy = isText
    ? 'The key is the whole text of the secret, prefix included, as it is written.'
    : `The key is what the base64 after "${secret.slice(0, secret.length - bare.length)}" stands for: decode it.`;
  const candidates: readonly (readonly [string, Uint8Array | null])[] = [
    ['takes the whole text of the secret as the key', utf8(secret)],
    ['leaves the prefix of the secret out of the key', utf8(bare)],
    ['decodes the secret as base64 for the key', decodeBase64(bare)],
    ['decodes the secret as hex for the key', decodeHex(bare.toLowerCase())],
    ['has a line break at the end of its secret', utf8(`${secret}\n`)],
    ['has quotation marks around its secret', utf8(`"${secret}"`)],
  ];
  const known = new Set([encodeHex(right)]);
  return candidates.flatMap(([title, key]) => {
    if (key === null || known.has(encodeHex(key))) return [];
    known.add(encodeHex(key));
    return [
      { code, title, remedy, change: { signatureInput: (input: SignatureInput) => ({ ...input, key }) } },
    ];
  });
}

const jsonStyles: readonly (readonly [string, JsonStyle])[] = [
  ['spaces after commas and colons, as Python writes it', { spaced: true, sorted: false }],
  ['its keys sorted, as Go writes it', { spaced: false, sorted: true }],
  ['spaces and its keys sorted', { spaced: true, sorted: true }],
];

const reencodingGuesses: readonly Guess[] = jsonStyles.map(([how, style]) => ({
  code,
  title: `signs the JSON re-encoded with ${how}`,
  remedy: 'Keep the raw bytes of the request and verify those; let no JSON parser come before.',
  change: {
    // The body is the last part of what is signed.
    signatureInput: ({ key, content }, { body }) => ({
      key,
      content: [...content.slice(0, -1), reencode(body, style)],
    }),
  },
}));

function contentGuesses(sender: Sender): Guess[] {
  const [secret = ''] = sender.secrets;
  const message = buildMessage(sender, {});
  const { content } = sender.contract.signatureInput(message, secret);
  if (content.length < 2) return [];
  const timed = ({ roundStartedAt, body }: Message) => [
    utf8(`${Math.floor(roundStartedAt.getTime() / 1000)}.`),
    body,
  ];
  const contents: readonly (readonly [string, (of: Message) => readonly Uint8Array[]])[] = [
    ['signs the body alone', (of) => [of.body]],
    ['signs the time and the body only', timed],
  ];
  const remedy = 'Sign what the contract says, in this order and with these dots; see docs/contracts.md.';
  return contents
    .filter(([, make]) => String(make(message)) !== String(content))
    .map(([title, make]) => ({
      code,
      title,
      remedy,
      change: { signatureInput: ({ key }, of) => ({ key, content: make(of) }) },
    }));
}

const encodingGuesses: readonly Guess[] = [
  {
    code,
    title: 'writes the signature in hex where the contract has base64, or the other way round',
    remedy: 'Write the signature as the contract says before comparing.',
    change: {
      signatureHeaders: (right, signature) => eachValue(right, (value) => otherEncoding(value, signature)),
    },
  },
  {
    code,
    title: 'compares the whole header with the bare signature',
    remedy: 'Take the signature out of the header first: it stands behind a prefix.',
    change: {
      signatureHeaders: (right, signature) => eachValue(right, (value) => withoutPrefix(value, signature)),
    },
  },
];

function olderSecretGuesses({ secrets }: Sender): Guess[] {
  return secrets.slice(1).map((older) => ({
    code,
    title: 'knows an older secret, and looks at the first signature only',
    remedy: 'Give it the new secret, and let it accept when any one signature matches.',
    change: { signers: () => [older] },
  }));
}

function contractGuesses({ contract, secrets }: Sender): Guess[] {
  return contracts
    .filter(
      (other) =>
        other.name !== contract.name && secrets.every((secret) => other.secret.problem(secret) === null),
    )
    .map((other) => ({
      code,
      title: `is a receiver of the ${other.name} contract`,
      remedy: `Give the endpoint the contract ${other.name}, or let the receiver verify ${contract.name}.`,
      change: {},
      contract: other,
    }));
}

function eachValue(headers: Headers, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
}

function otherEncoding(value: string, signature: Uint8Array): string {
  const [hex, base64] = [encodeHex(signature), encodeBase64(signature)];
  return value.includes(hex) ? value.replace(hex, base64) : value.replace(base64, hex);
}

function withoutPrefix(value: string, signature: Uint8Array): string {
  const forms = [encodeHex(signature), encodeBase64(signature)];
  return forms.find((form) => value.endsWith(form)) ?? value;
}
