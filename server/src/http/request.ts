import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SluiceError } from '../base/errors.ts';
import { authorize } from './access.ts';
import { authenticate, bearerOf } from './authenticate.ts';
import { actorName, type Credential } from './credential.ts';
import type { Door } from './door.ts';
import { execute } from './execute.ts';
import { parseJsonBody } from './json-body.ts';
import { describeRoute, mergePatchType } from './openapi.ts';
import type { Answer, Operation } from './operation.ts';
import type { Route } from './route.ts';
import { authenticateSession, type BrowserRequest, isSecure, sessionCookie } from './session-cookie.ts';
import type { SurfaceRequest } from './surface.ts';
import { compileInputCheck } from './validation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The exact bytes of the body. */
    raw_body: Uint8Array;
    credential: Credential | null;
    /** When the credential was authenticated; milliseconds since 1970, by the injected clock. */
    checked_at: number;
  }
}

/**
 * Milliseconds after which a credential is authenticated again. A body or the verdict of a slow schema may take half a
 * minute, and a credential that was revoked meanwhile has to be refused.
 */
const trustedForMs = 1_000;

/** Adds a route to the server. `README.md` in this folder shows the steps of a request. */
export function addRoute(server: FastifyInstance, door: Door, route: Route): void {
  const { operation, surface } = route;
  const check = compileInputCheck(operation);
  const reauthenticate = async (request: FastifyRequest) => {
    if (door.clock.now() - request.checked_at > trustedForMs) await identify(door, route, request);
    return request.credential;
  };
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(operation.takes.bodyLimit === undefined ? {} : { bodyLimit: operation.takes.bodyLimit }),
    schema: describeRoute(route),
    // A HEAD runs the same handler as its GET: on a public route that can be read only once, it would spoil the GET.
    exposeHeadRoute: route.access !== 'public' || operation.runs.mode === 'read',
    // Before the body is read, so that strangers cannot send megabytes.
    onRequest: async (request, reply) => {
      await identify(door, route, request);
      refuseMediaType(request, operation);
      if (route.access !== 'public') await surface.admit?.(asSurfaceRequest(request, reply));
    },
    handler: async (request, reply) => {
      await reauthenticate(request);
      const raw = request.raw_body ?? new Uint8Array();
      if (route.access !== 'public') await surface.verify?.(asSurfaceRequest(request, reply), raw);
      const input = { params: request.params, query: request.query, body: bodyOf(operation, raw) };
      check(input);
      const { credential } = request;
      const answer = await execute(door, route, {
        credential,
        reauthenticate: () => reauthenticate(request),
        actor: {
          name: actorName(credential),
          ip: request.ip,
          userAgent: request.headers['user-agent']?.slice(0, 256) ?? null,
        },
        method: request.method,
        path: request.url,
        idempotencyKey: singleHeader(request.headers['idempotency-key']),
        input: { ...input, raw, ifMatch: request.headers['if-match'] },
      });
      if (answer.session !== undefined)
        reply.header(
          'set-cookie',
          sessionCookie(answer.session, isSecure(door.publicUrl(), request.protocol)),
        );
      return sendAnswer(reply, answer);
    },
  });
}

/** Authenticates a request, and refuses a credential that the route does not accept. */
async function identify(door: Door, route: Route, request: FastifyRequest): Promise<void> {
  const { authenticators, adminToken } = door;
  const { queries } = door.database;
  const publicUrl = door.publicUrl();
  request.credential =
    (await authenticate({ queries, adminToken, authenticators }, request.headers)) ??
    (route.access === 'public'
      ? null
      : await authenticateSession({ queries, publicUrl }, asSeenByBrowser(request)));
  authorize(request.credential, route.access);
  request.checked_at = door.clock.now();
}

function refuseMediaType({ headers }: FastifyRequest, { takes }: Operation): void {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() === mergePatchType && !takes.mergePatch)
    throw new SluiceError('unsupported_media_type', 'The body is not application/json.');
  if (headers['content-encoding'] !== undefined)
    throw new SluiceError('unsupported_media_type', 'Compressed bodies are not accepted.');
}

function bodyOf({ takes }: Operation, raw: Uint8Array): unknown {
  const parsed = raw.length === 0 ? undefined : parseJsonBody(raw, takes.exactMembers);
  if (takes.body === undefined) return undefined;
  return parsed === undefined && takes.bodyOptional ? {} : parsed;
}

function asSeenByBrowser({ method, protocol, host, headers }: FastifyRequest): BrowserRequest {
  return {
    method,
    protocol,
    host,
    cookie: headers.cookie,
    origin: headers.origin,
    fetchSite: singleHeader(headers['sec-fetch-site']),
  };
}

function asSurfaceRequest(request: FastifyRequest, reply: FastifyReply): SurfaceRequest {
  const { credential } = request;
  return {
    orgId: credential !== null && 'orgId' in credential ? credential.orgId : null,
    credential,
    secret: bearerOf(request.headers.authorization),
    method: request.method,
    path: request.url,
    query: request.query,
    header: (name) => singleHeader(request.headers[name]),
    respondWith: (name, value) => void reply.header(name, value),
  };
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply
    .code(answer.status)
    .headers(answer.headers ?? {})
    .header('cache-control', 'no-store');
  const text = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
  return text === ''
    ? reply.send()
    : reply.header('content-type', 'application/json; charset=utf-8').send(text);
}
