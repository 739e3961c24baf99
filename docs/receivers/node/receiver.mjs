/**
 * Receives webhooks and verifies them; Node 20 or newer, nothing to install.
 *
 *     PORT=8080 CONTRACT=standard SECRET=whsec_... node receiver.mjs
 *
 * Each verify function stands alone: copy the one for your contract, and give it the header values as text and the
 * body as the bytes that arrived, before anything parsed them. It returns where the request is genuine and throws
 * where it is not. During a rotation, give both secrets; here they are separated by a space in SECRET.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** Standard Webhooks, and so Fluxo and Flowlu: webhook-id, webhook-timestamp and webhook-signature. */
function verifyStandard(id, timestamp, signatures, body, secrets) {
  if (!/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id)) throw new Error('malformed webhook-id');
  if (!/^(0|[1-9][0-9]{0,11})$/.test(timestamp)) throw new Error('malformed webhook-timestamp');
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error('stale webhook-timestamp');
  // "v1,<base64>" for each secret that signs, separated by spaces; schemes other than v1 may stand beside them.
  const given = signatures.split(' ');
  if (!given.every((one) => /^[A-Za-z0-9_-]{1,16},[A-Za-z0-9+/=_-]+$/.test(one))) {
    throw new Error('malformed webhook-signature');
  }
  for (const secret of secrets) {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
    const expected = Buffer.from(`v1,${hmac.digest('base64')}`);
    const same = (one) => one.length === expected.length && timingSafeEqual(one, expected);
    if (given.some((one) => same(Buffer.from(one)))) return;
  }
  throw new Error('no signature matches');
}

/** FluxDesk: X-FluxDesk-Signature, over the body alone. */
function verifyFluxDesk(signature, body, secrets) {
  const given = Buffer.from(signature);
  for (const secret of secrets) {
    const expected = Buffer.from(`v1=${createHmac('sha256', secret).update(body).digest('hex')}`);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  }
  throw new Error('X-FluxDesk-Signature does not match');
}

/** FlowBeacon: X-FB-Signature, over the time and the body. */
function verifyFlowBeacon(signature, body, secrets) {
  const parts = /^t=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})$/.exec(signature);
  if (!parts) throw new Error('malformed X-FB-Signature');
  const [, timestamp, hex] = parts;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error('stale X-FB-Signature');
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
    if (timingSafeEqual(Buffer.from(hex, 'hex'), expected)) return;
  }
  throw new Error('X-FB-Signature does not match');
}

/** Flowxtra: X-Flowxtra-Signature, over the body alone. The key is the secret's 64 characters as they are. */
function verifyFlowxtra(signature, body, secrets) {
  const given = Buffer.from(signature);
  for (const secret of secrets) {
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  }
  throw new Error('X-Flowxtra-Signature does not match');
}

// Contract: its verify function, the headers that it needs, and the one that names the delivery.
const standard = {
  verify: verifyStandard,
  headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  delivery: 'webhook-id',
};
const contracts = {
  standard,
  fluxo: standard,
  flowlu: standard,
  fluxdesk: { verify: verifyFluxDesk, headers: ['x-fluxdesk-signature'], delivery: 'x-fluxdesk-delivery-id' },
  flowbeacon: { verify: verifyFlowBeacon, headers: ['x-fb-signature'], delivery: null },
  flowxtra: { verify: verifyFlowxtra, headers: ['x-flowxtra-signature'], delivery: 'x-flowxtra-delivery' },
};
const longestBody = 1024 * 1024;

const { CONTRACT = 'standard', SECRET = '', PORT = '8080' } = process.env;
const contract = contracts[CONTRACT];
const secrets = SECRET.split(/\s+/).filter(Boolean);
if (!contract || secrets.length === 0) {
  console.error(`Set SECRET, and CONTRACT to one of ${Object.keys(contracts).join(', ')}.`);
  process.exit(1);
}

/** Answers 204 or 401, and a few others to what is no webhook at all. */
async function receive(request) {
  if (request.method !== 'POST') return 405;
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
  }
  if (length > longestBody) return 413;
  const body = Buffer.concat(chunks);
  // A header's value; empty unless it was sent exactly once.
  const header = (name) => {
    const values = request.headersDistinct[name] ?? [];
    return values.length === 1 ? values[0] : '';
  };
  try {
    contract.verify(...contract.headers.map(header), body, secrets);
  } catch (error) {
    // The reason is for this log: whoever forges requests need not be told.
    console.log(`refused: ${error.message}`);
    return 401;
  }
  // Every attempt at one delivery has the same id. Store it under a unique key, in the transaction that acts on the
  // body, and do nothing where it is there already: a delivery can arrive twice. FlowBeacon has no such header; its
  // evaluation_id in the body serves. Where the contract signs no time, this store is also all that tells a request
  // that somebody recorded and sends again from the first one.
  console.log(`accepted: delivery ${contract.delivery ? header(contract.delivery) : '-'}, ${length} bytes`);
  // Answer first and work afterwards: the sender waits for seconds only.
  return 204;
}

const server = createServer((request, response) => {
  receive(request).then(
    (status) => response.writeHead(status).end(),
    () => response.destroy(),
  );
});
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`${CONTRACT} receiver listens on port ${server.address().port}`);
});
