import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface HostileServer {
  readonly port: number;
  readonly url: string;
  /** How many connections were made to it. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A server that does to each connection what it is told: nobody makes it speak HTTP. */
export async function startHostileServer(onConnection: (socket: Socket) => void): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Waits for the whole request head and then does it. */
export function afterRequest(work: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    let seen = '';
    const read = (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      if (!seen.includes('\r\n\r\n')) return;
      socket.off('data', read);
      socket.resume();
      work(socket);
    };
    socket.on('data', read);
  };
}

/** Sends the text again and again, as fast as it is taken or with a pause, until the connection ends. */
export function repeat(socket: Socket, text: string | Buffer, pauseMs = 0): void {
  const send = () => {
    if (socket.destroyed) return;
    if (pauseMs > 0) {
      socket.write(text);
      setTimeout(send, pauseMs);
    } else if (socket.write(text)) setImmediate(send);
    else socket.once('drain', send);
  };
  send();
}
