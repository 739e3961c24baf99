import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Answer, Send, TransportFailure } from '@sluice/doctor';

const keptBytes = 16_384;

const tlsCodes =
  /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;
const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);

/**
 * Posts straight to a receiver: each request on a connection of its own, header names as they are, no redirects.
 * @param more headers that every request carries
 */
export function sendTo(url: URL, more: Readonly<Record<string, string>>): Send {
  const start = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return ({ headers, body, timeoutMs }) =>
    new Promise<Answer>((resolve) => {
      const started = performance.now();
      const signal = AbortSignal.timeout(timeoutMs);
      const fail = (error: unknown) => resolve(failed(error, signal.aborted, performance.now() - started));
      const sent = start(url, {
        method: 'POST',
        headers: { ...more, ...headers, 'Content-Length': String(body.length) },
        signal,
        agent: false,
      });
      sent.on('error', fail);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        let kept = 0;
        response.on('data', (chunk: Buffer) => {
          if (kept < keptBytes) chunks.push(chunk);
          kept += chunk.length;
        });
        response.on('error', fail);
        response.on('end', () =>
          resolve({
            kind: 'response',
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).subarray(0, keptBytes),
            durationMs: performance.now() - started,
          }),
        );
      });
      sent.end(body);
    });
}

function failed(error: unknown, timedOut: boolean, durationMs: number): Answer {
  const cause = error instanceof AggregateError ? error.errors.at(-1) : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const detail = cause instanceof Error ? `${code} ${cause.message}`.trim() : String(cause);
  return { kind: 'failure', failure: timedOut ? 'timeout' : kindOf(code), detail, durationMs };
}

function kindOf(code: string): TransportFailure {
  if (dnsCodes.has(code)) return 'dns_error';
  return tlsCodes.test(code) ? 'tls_error' : 'connection_error';
}
