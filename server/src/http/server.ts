import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SluiceError } from '../base/errors.ts';
import { addEmbedPage } from '../features/reviews/routes/embed-page.ts';
import { actorName, authenticate, authorize, bearerOf } from './authenticate.ts';
import { execute } from './execute.ts';
import { addOperations } from './health-routes.ts';
import { parseJsonBody } from './json-body.ts';
import { defaultBodyLimit, describeRoute, mergePatchType, openApiBase } from './openapi.ts';
import { withExamples } from './openapi-examples.ts';
import { withNamedSchemas } from './openapi-names.ts';
import type { Answer, Credential, Services } from './operation.ts';
import { addPortalPages, builtPortal } from './portal-pages.ts';
import { problemOf } from './problem.ts';
import { holdToProtocol, protocolOptions, refuseBytes } from './protocol.ts';
import type { Route } from './route.ts';
import { authenticateSession, type BrowserRequest, isSecure, sessionCookie } from './session-cookie.ts';
import { problemDocuments, type Surface, type SurfaceRequest } from './surface.ts';
import { compileInputCheck } from './validation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The exact bytes of the body. */
    raw_body: Uint8Array;
    credential: Credential | null;
    /** When the credential was found good; milliseconds of the service's clock. */
    checked_at: number;
  }
}

/**
 * A body may take half a minute to come, and a slow schema's verdict as long; a credential that was revoked meanwhile is
 * refused after all.
 */
const trustedForMs = 1_000;

/** The HTTP side of a process: the operator's pages, and the API's routes where this process has that role. */
export async function createServer(
  services: Services,
  routes: readonly Route[],
  portal: URL = builtPortal,
): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    // Whose word about the client's address, the host and the scheme is taken.
    trustProxy: [...services.config.trustedProxies],
    bodyLimit: defaultBodyLimit,
    requestIdHeader: false,
    genReqId: () => crypto.randomUUID(),
    routerOptions: { maxParamLength: 512 },
    // Node's own, in ms: a client that sends its request one byte at a time is let go.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    // A request that is already on a connection is answered; only new connections are refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
    http: protocolOptions,
    clientErrorHandler: refuseBytes,
  });
  holdToProtocol(server);
  const surfaces = [...new Set(routes.map(({ surface }) => surface))];
  const sendProblem = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
    writeProblem(services, surfaceAt(surfaces, request.url), thrown, request, reply);
  server.decorateRequest('raw_body');
  server.decorateRequest('credential', null);
  server.decorateRequest('checked_at', 0);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    hsts: false,
  });
  server.removeAllContentTypeParsers();
  const types = ['application/json', mergePatchType];
  server.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body, done) => {
    // Parsed by the handler: a surface may want to see a signature first.
    request.raw_body = Buffer.isBuffer(body) ? body : Buffer.from(body);
    done(null);
  });
  // Validation is ours (`validation.ts`); the schemas on the routes are for the OpenAPI document.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  server.setNotFoundHandler((request, reply) =>
    sendProblem(new SluiceError('not_found', 'There is no such route.'), request, reply),
  );
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    services.metrics.requestSeconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
  leaveNoConnectionOpen(server);
  await server.register(swagger, {
    openapi: openApiBase,
    convertConstToEnum: false,
    transformObject(documents) {
      if (!('openapiObject' in documents)) return documents.swaggerObject;
      for (const { path } of routes.filter(({ operation }) => operation.bodyOptional)) {
        const body = documents.openapiObject.paths?.[path]?.post?.requestBody;
        if (body && 'required' in body) body.required = false;
      }
      return withNamedSchemas(withExamples(documents.openapiObject));
    },
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: false },
    theme: {
      title: 'Sluice API',
      css: [{ filename: 'plain.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
  await server.register(async (scope) => addOperations(scope, services));
  if (routes.length > 0) {
    await server.register(async (scope) => addEmbedPage(scope, services, portal));
    await server.register(async (scope) => addPortalPages(scope, portal));
  }
  await server.register(async (scope) => {
    for (const route of routes) addRoute(scope, services, route);
  });
  return server;
}

/**
 * Closing ends connections that are idle at that moment. Those with a request under way become idle later, and their
 * clients would keep them open for longer than a process has to drain.
 */
function leaveNoConnectionOpen(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  server.addHook('onResponse', async () => {
    if (closing) setImmediate(() => server.server.closeIdleConnections());
  });
}

function addRoute(server: FastifyInstance, services: Services, route: Route): void {
  const { operation, surface } = route;
  const check = compileInputCheck(operation);
  const identify = async (request: FastifyRequest) => {
    request.credential =
      (await authenticate(services, request.headers)) ??
      (route.access === 'public' ? null : await authenticateSession(services, asSeenByBrowser(request)));
    authorize(request.credential, route.access);
    request.checked_at = services.clock.now();
  };
  const identifyAgain = async (request: FastifyRequest) => {
    if (services.clock.now() - request.checked_at > trustedForMs) await identify(request);
    return request.credential;
  };
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(operation.bodyLimit === undefined ? {} : { bodyLimit: operation.bodyLimit }),
    schema: describeRoute(route),
    // A HEAD does what its GET does: whoever looks ahead would use up what can be read once without a key.
    exposeHeadRoute: route.access !== 'public' || operation.mode === 'read',
    // Before the body is read: strangers do not get to send megabytes.
    onRequest: async (request, reply) => {
      await identify(request);
      if (isMergePatch(request) && !operation.patches)
        throw new SluiceError('unsupported_media_type', 'The body is not application/json.');
      if (request.headers['content-encoding'] !== undefined)
        throw new SluiceError('unsupported_media_type', 'Compressed bodies are not accepted.');
      if (route.access !== 'public') await surface.admit?.(asSurfaceRequest(services, request, reply));
    },
    handler: async (request, reply) => {
      await identifyAgain(request);
      const raw = request.raw_body ?? new Uint8Array();
      if (route.access !== 'public') await surface.verify?.(asSurfaceRequest(services, request, reply), raw);
      const parsed = raw.length === 0 ? undefined : parseJsonBody(raw, operation.exactMembers);
      const left = parsed === undefined && operation.bodyOptional;
      const body = operation.body === undefined ? undefined : left ? {} : parsed;
      const input = { params: request.params, query: request.query, body };
      check(input);
      const { credential } = request;
      const answer = await execute(services, route, {
        credential,
        identifyAgain: () => identifyAgain(request),
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
        reply.header('set-cookie', sessionCookie(answer.session, isSecure(services, request.protocol)));
      return sendAnswer(reply, answer);
    },
  });
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

function asSurfaceRequest(services: Services, request: FastifyRequest, reply: FastifyReply): SurfaceRequest {
  const { credential } = request;
  return {
    services,
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

/** Whose envelope an answer for this path has, also where no route matches. */
function surfaceAt(surfaces: readonly Surface[], url: string): Surface {
  const [path = ''] = url.split('?', 1);
  return (
    surfaces.find(({ prefix }) => prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`))) ??
    problemDocuments
  );
}

function isMergePatch({ headers }: FastifyRequest): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase() === mergePatchType;
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

function writeProblem(
  services: Services,
  surface: Surface,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(fromFramework(thrown, request.routeOptions.bodyLimit), request.id);
  if (problem.status >= 500) {
    services.log.error(
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url,
        code: problem.document.code,
        error: describeFailure(thrown),
      },
      'request failed',
    );
  }
  const { headers, body } = surface.problem(problem);
  return reply.code(problem.status).headers(headers).send(JSON.stringify(body));
}

/** Why it failed, for the log. Messages of database errors can quote values, so only their code and place are kept. */
function describeFailure(thrown: unknown): string {
  const error = thrown instanceof SluiceError ? thrown.cause : thrown;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  return `${error.name}${code}: ${'severity' in error ? '' : error.message}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`;
}

/** What Fastify itself refuses, in the words of our catalogue. */
function fromFramework(thrown: unknown, limit: number): unknown {
  if (thrown instanceof SluiceError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SluiceError('payload_too_large', `The body is larger than ${limit} bytes.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new SluiceError('unsupported_media_type', 'The body is not application/json.');
    case 'FST_STATIC_FORBIDDEN_PATH':
      return new SluiceError('not_found', 'There is no such page.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'ECONNRESET':
      return new SluiceError('malformed_request', thrown.message);
    default:
      return 'statusCode' in thrown && thrown.statusCode === 400
        ? new SluiceError('malformed_request', thrown.message)
        : thrown;
  }
}
