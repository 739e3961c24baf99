import { connect } from 'node:net';

/** A request as bytes on the wire: nothing between the test and the server corrects it. */
export interface Exchange {
  readonly method: string;
  /** What follows the method in the request line, as it is. */
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Sent with its length; without a body, no length is said. */
  readonly body?: Uint8Array;
  /** Sent in one chunk instead of with its length. */
  readonly chunked?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

const patience = 30_000;

/** Sends a request on a connection of its own. */
export function exchange(
  url: string,
  { method, target, headers = [], body, chunked = false }: Exchange,
): Promise<Answer> {
  const { host } = new URL(url);
  const framing =
    body === undefined
      ? []
      : chunked
        ? [['transfer-encoding', 'chunked']]
        : [['content-length', String(body.length)]];
  const lines = [['host', host], ...headers, ...framing].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  const content =
    body === undefined ? [] : chunked ? [`${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n'] : [body];
  return send(url, Buffer.concat([head, ...content.map((part) => Buffer.from(part))]), method === 'HEAD');
}

/** Sends bytes and reads one answer. */
export function send(url: string, bytes: Uint8Array, withoutBody = false): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port) });
    let failure: unknown = new Error('The connection ended before the answer did.');
    const finish = (ended: boolean) => {
      const answer = readAnswer(Buffer.concat(chunks), { withoutBody, ended });
      if (answer === null && !ended) return;
      socket.destroy();
      if (answer) resolve(answer);
      else reject(failure);
    };
    socket.setTimeout(patience, () => socket.destroy(new Error(`No answer within ${patience} ms.`)));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      finish(false);
    });
    // A server that refuses a large body closes while it is being sent: an error after the answer is none.
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
}

/** `null` while something is missing. */
function readAnswer(
  bytes: Buffer,
  { withoutBody, ended }: { withoutBody: boolean; ended: boolean },
): Answer | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const rest = bytes.subarray(headEnd + 4);
  const length =
    withoutBody || status === 204
      ? 0
      : Number(headers['content-length'] ?? (ended ? rest.length : Number.NaN));
  if (!(rest.length >= length)) return null;
  const text = rest.toString('utf8', 0, length);
  const isJson = /json/.test(headers['content-type'] ?? '') && text !== '';
  return { status, headers, text, body: isJson ? JSON.parse(text) : undefined };
}
