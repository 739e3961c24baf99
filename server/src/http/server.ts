import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SluiceError } from '../base/errors.ts';
import type { Door } from './door.ts';
import { sendFailure } from './failures.ts';
import { addHealthRoutes } from './health-routes.ts';
import { defaultBodyLimit, mergePatchType, openApiBase } from './openapi.ts';
import { withExamples } from './openapi-examples.ts';
import { withNamedSchemas } from './openapi-names.ts';
import { addPages, addPortalPages } from './page-routes.ts';
import { holdToProtocol, protocolOptions, refuseBytes } from './protocol.ts';
import { addRoute } from './request.ts';
import { problemDocuments, type Surface } from './surface.ts';

/** Makes the HTTP server of a process: health, metrics, and the routes and pages that the door has. */
export async function createServer(door: Door): Promise<FastifyInstance> {
  const surfaces = [...new Set(door.routes.map(({ surface }) => surface))];
  const fail = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendFailure(door.log, surfaceAt(surfaces, request.url), thrown, { request, reply });
  const server = Fastify({
    logger: false,
    trustProxy: [...door.trustedProxies],
    bodyLimit: defaultBodyLimit,
    requestIdHeader: false,
    genReqId: () => crypto.randomUUID(),
    routerOptions: { maxParamLength: 512 },
    // Node's own timeouts in ms: a client that sends its request too slowly is disconnected.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    // While closing, requests on open connections are answered; only new connections are refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: fail,
    http: protocolOptions,
    clientErrorHandler: refuseBytes,
  });
  holdToProtocol(server);
  server.decorateRequest('raw_body');
  server.decorateRequest('credential', null);
  server.decorateRequest('checked_at', 0);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    hsts: false,
  });
  takeBodiesAsBytes(server);
  server.setErrorHandler(fail);
  server.setNotFoundHandler((request, reply) =>
    fail(new SluiceError('not_found', 'There is no such route.'), request, reply),
  );
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    door.metrics.requestSeconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
  closeIdleConnections(server);
  await addReference(server, door);
  await server.register(async (scope) => addHealthRoutes(scope, door));
  if (door.routes.length > 0) {
    await server.register(async (scope) => addPages(scope, door.pages));
    await server.register(async (scope) => addPortalPages(scope, door.portal));
  }
  await server.register(async (scope) => {
    for (const route of door.routes) addRoute(scope, door, route);
  });
  return server;
}

/** Leaves parsing to the handler: a surface may verify a signature first, and handlers need the exact bytes. */
function takeBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const types = ['application/json', mergePatchType];
  server.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body, done) => {
    request.raw_body = Buffer.isBuffer(body) ? body : Buffer.from(body);
    done(null);
  });
  // `validation.ts` validates; the schemas of the routes are for the OpenAPI document.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** Adds the OpenAPI document of all routes, and its pages. */
async function addReference(server: FastifyInstance, { routes, groups }: Door): Promise<void> {
  await server.register(swagger, {
    openapi: { ...openApiBase, tags: [...groups] },
    convertConstToEnum: false,
    transformObject(documents) {
      if (!('openapiObject' in documents)) return documents.swaggerObject;
      for (const { path } of routes.filter(({ operation }) => operation.takes.bodyOptional)) {
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
}

/**
 * Closes connections that become idle while the server closes. Fastify closes those that are idle at the beginning; the
 * others would stay open for longer than a process has to drain.
 */
function closeIdleConnections(server: FastifyInstance): void {
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

/** The surface of a path, also where no route matches. */
function surfaceAt(surfaces: readonly Surface[], url: string): Surface {
  const [path = ''] = url.split('?', 1);
  return (
    surfaces.find(({ prefix }) => prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`))) ??
    problemDocuments
  );
}
