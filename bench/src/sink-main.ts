/**
 * Receives as cheaply as a process can: it finds the end of each request, counts it and answers. For requests to
 * `/timed…` it keeps when they came, by the number that the publisher gave the event. `GET /_report` tells and resets.
 */
import { createServer, type Socket } from 'node:net';
import { now } from './clock.ts';

const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
const headEnd = Buffer.from('\r\n\r\n');
let count = 0;
let receipts: [number, number][] = [];

function serve(socket: Socket): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const size = requestSize(waiting);
      if (size === null) return;
      handle(socket, waiting.subarray(0, size));
      waiting = waiting.subarray(size);
    }
  });
}

/** `null`: not all of it is there yet. */
function requestSize(bytes: Buffer): number | null {
  const head = bytes.indexOf(headEnd);
  if (head < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1] ?? 0;
  const size = head + headEnd.length + Number(length);
  return bytes.length >= size ? size : null;
}

function handle(socket: Socket, request: Buffer): void {
  const start = request.toString('latin1', 0, 20);
  if (start.startsWith('GET /_report')) {
    const body = JSON.stringify({ count, receipts });
    count = 0;
    receipts = [];
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    return;
  }
  count += 1;
  if (start.startsWith('POST /timed')) {
    const sequence = /"sequence":(\d+)/.exec(request.toString('latin1'))?.[1];
    receipts.push([Number(sequence), now()]);
  }
  socket.write(answer);
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
