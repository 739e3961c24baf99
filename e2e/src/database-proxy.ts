/** Stands between Sluice and Postgres, passes everything on, and breaks what it is told to break. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Which COMMIT is cut: that of a transaction in which a statement matches. */
export interface Cut {
  readonly statement: RegExp;
  /** Whether the server hears the COMMIT, so that only its answer is lost. */
  readonly committed: boolean;
}

export interface DatabaseProxy {
  readonly url: string;
  /** Cuts every connection and refuses new ones, like a server that is down, until `mend`. */
  refuse(): Promise<void>;
  /** What is connected now stays so and never says anything again; new connections are as good as ever. */
  fallSilent(): void;
  /** Cuts the next COMMIT that fits; resolves when it has. */
  cutCommit(cut: Cut): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

interface PendingCut extends Cut {
  done(): void;
}

/** @param databaseUrl the server's; the proxy's own differs in host and port */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const links = new Set<Link>();
  const cuts: PendingCut[] = [];
  let port = 0;
  let server: Server | null = null;

  async function listen(): Promise<void> {
    server = createServer((client) => {
      const upstream = connect(Number(target.port || 5432), target.hostname);
      const link = new Link(client, upstream, cuts);
      links.add(link);
      void link.ended.then(() => links.delete(link));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  async function refuse(): Promise<void> {
    const closing = server;
    server = null;
    for (const link of links) link.cut();
    if (closing !== null) await new Promise((resolve) => closing.close(resolve));
  }

  await listen();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    refuse,
    fallSilent() {
      for (const link of links) link.fallSilent();
    },
    cutCommit: (cut) => new Promise((resolve) => cuts.push({ ...cut, done: resolve })),
    async mend() {
      if (server === null) await listen();
    },
    close: refuse,
  };
}

const commitAnswer = Buffer.from('COMMIT\0');

/** One connection, its client's messages read so far as it takes to know what a transaction does. */
class Link {
  readonly ended: Promise<unknown>;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #cuts: PendingCut[];
  /** Text of the statements that have a name. */
  readonly #prepared = new Map<string, string>();
  #transaction: string[] = [];
  #unread = Buffer.alloc(0);
  #greeted = false;
  #silent = false;
  #cutting: PendingCut | null = null;

  constructor(client: Socket, upstream: Socket, cuts: PendingCut[]) {
    this.#client = client;
    this.#upstream = upstream;
    this.#cuts = cuts;
    this.ended = Promise.all(
      [client, upstream].map((socket) => new Promise((end) => socket.once('close', end))),
    );
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.cut());
      socket.on('close', () => this.cut());
    }
    client.on('data', (chunk) => this.#fromClient(chunk));
    upstream.on('data', (chunk) => this.#fromServer(chunk));
  }

  cut(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }

  fallSilent(): void {
    this.#silent = true;
  }

  #fromClient(chunk: Buffer): void {
    if (this.#silent || this.#cutting !== null) return;
    this.#unread = Buffer.concat([this.#unread, chunk]);
    // The first message has no type, only a length that counts itself.
    for (let head = this.#greeted ? 1 : 0; this.#unread.length >= head + 4; head = 1) {
      const end = head + this.#unread.readInt32BE(head);
      if (this.#unread.length < end) break;
      const message = this.#unread.subarray(0, end);
      this.#unread = this.#unread.subarray(end);
      if (this.#greeted && this.#isToBeCut(message)) return;
      this.#greeted = true;
    }
    this.#upstream.write(chunk);
  }

  /** Follows the transaction; messages of Postgres's protocol, version 3. */
  #isToBeCut(message: Buffer): boolean {
    const type = String.fromCharCode(message[0] ?? 0);
    const [first = '', second = ''] = message.toString('utf8', 5).split('\0', 2);
    if (type === 'P') this.#prepared.set(first, second);
    if (type === 'B') this.#transaction.push(this.#prepared.get(second) ?? '');
    if (type !== 'Q') return false;
    if (!/^commit\b/i.test(first)) {
      if (/^begin\b/i.test(first)) this.#transaction = [];
      else this.#transaction.push(first);
      return false;
    }
    const index = this.#cuts.findIndex(({ statement }) =>
      this.#transaction.some((text) => statement.test(text)),
    );
    const [cut] = index < 0 ? [] : this.#cuts.splice(index, 1);
    if (cut === undefined) return false;
    this.#cutting = cut;
    if (cut.committed) this.#upstream.write(message);
    else this.#finishCut();
    return true;
  }

  #fromServer(chunk: Buffer): void {
    if (this.#silent) return;
    if (this.#cutting === null) this.#client.write(chunk);
    else if (chunk.includes(commitAnswer)) this.#finishCut();
  }

  #finishCut(): void {
    this.cut();
    this.#cutting?.done();
  }
}
