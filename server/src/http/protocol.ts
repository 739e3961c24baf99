import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type ErrorCode, SluiceError } from '../base/errors.ts';
import { problemOf } from './problem.ts';

/** Options for node:http: it would refuse a missing Host header with an empty body, so `holdToProtocol` does it. */
export const protocolOptions = { requireHostHeader: false };

/**
 * Refuses requests without a Host header or with an unknown expectation, with a problem document. Node's own refusal has
 * an empty body.
 */
export function holdToProtocol(server: FastifyInstance): void {
  server.addHook('onRequest', async (request) => {
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0')
      throw new SluiceError('malformed_request', 'The Host header is missing.');
    if (request.headers.expect !== undefined && !/^100-continue$/i.test(request.headers.expect))
      throw new SluiceError('malformed_request', 'Of the Expect header, only 100-continue is known.');
  });
  server.server.on('checkExpectation', (request, response) =>
    server.server.emit('request', request, response),
  );
}

/** Answers bytes that are not an HTTP request. They cannot be routed, so the answer is written to the socket. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = describe(error.code);
  const { status, headers, document } = problemOf(new SluiceError(code, detail), crypto.randomUUID());
  const body = JSON.stringify(document);
  const lines = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
  socket.destroySoon();
}

function describe(code: string | undefined): [ErrorCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['headers_too_large', 'The request line and headers have more than 16 KiB.'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['request_timeout', 'The request took longer than 30 s.'];
  return ['malformed_request', 'The bytes are not an HTTP/1.1 request.'];
}
