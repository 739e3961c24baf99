import type { FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { catalogue } from '../base/errors.ts';
import { scopeOf } from './access.ts';
import type { Operation } from './operation.ts';
import type { Route } from './route.ts';

/** A heading of the API reference. */
export interface Group {
  readonly name: string;
  readonly description: string;
}

/** The OpenAPI document without its paths. */
export const openApiBase = {
  openapi: '3.1.0',
  info: {
    title: 'Sluice',
    version: '1',
    description:
      'Publish events; Sluice delivers them, signed, to every subscriber, and keeps a ledger of every attempt.\n\n' +
      '`Authorization: Bearer <key>` authenticates a request; each operation names the scope that it needs. ' +
      'Every error is a problem document (RFC 9457) with a stable `code` and a `remedy`. ' +
      'Lists answer `data` and `next_cursor`; `?cursor=` takes the next page. ' +
      'With an `Idempotency-Key`, a POST can be repeated safely for 24 hours. ' +
      'Resources of other organizations are answered with 404, as if they did not exist.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'This Sluice' }],
  components: {
    securitySchemes: {
      key: { type: 'http' as const, scheme: 'bearer', description: "An organization's key" },
      member: {
        type: 'http' as const,
        scheme: 'bearer',
        description: "A member's own credential, such as a personal token; keys and apps are refused",
      },
      session: {
        type: 'apiKey' as const,
        in: 'cookie' as const,
        name: 'sluice_session',
        description:
          "The session of a signed-in member, from the portal's own pages; `__Host-sluice_session` over https. Ignored where a header holds a credential.",
      },
      operator: { type: 'http' as const, scheme: 'bearer', description: 'SLUICE_ADMIN_TOKEN' },
      embed: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'X-Embed-Token',
        description: 'An embed token; `Authorization: Bearer` works too',
      },
    },
  },
};

/** JSON Merge Patch, RFC 7396. */
export const mergePatchType = 'application/merge-patch+json';

/** Bytes. */
export const defaultBodyLimit = 131_072;

/** Without the members that have a default in `required`: validation adds them, and callers may omit them. */
function withoutDefaulted(schema: TSchema): TSchema {
  if (!Type.IsObject(schema)) return schema;
  const required = (schema.required ?? []).filter((name) => !('default' in (schema.properties[name] ?? {})));
  return { ...schema, required };
}

/** The description of a route for the OpenAPI document. */
export function describeRoute(route: Route): FastifySchema {
  const { operation, surface } = route;
  const { description: described } = surface;
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: [operation.description, whoMayCall(route)].filter((part) => part !== undefined).join('\n\n'),
    tags: [operation.group],
    security: securityOf(route),
    ...(operation.takes.params ? { params: operation.takes.params } : {}),
    ...(operation.takes.query ? { querystring: withoutDefaulted(operation.takes.query) } : {}),
    ...(operation.takes.mergePatch ? { consumes: ['application/json', mergePatchType] } : {}),
    ...(operation.takes.body
      ? { body: operation.takes.body, 'x-body-limit': operation.takes.bodyLimit ?? defaultBodyLimit }
      : {}),
    ...describeHeaders(route),
    response: {
      ...Object.fromEntries(
        answersOf(operation).map(([status, answer]) => {
          const schema = described.answer(answer.schema);
          return [
            status,
            schema
              ? { description: answer.description, content: { 'application/json': { schema } } }
              : { description: answer.description, type: 'null' },
          ];
        }),
      ),
      ...Object.fromEntries(
        problemsOf(route).map((status) => [
          status,
          {
            description: titleOf(status),
            ...(status === 429 || status === 503 ? { headers: { 'Retry-After': retryAfter } } : {}),
            content: { [described.problem.contentType]: { schema: described.problem.schema } },
          },
        ]),
      ),
    },
  };
}

function answersOf({ answers: { refusals: _, ...byStatus } }: Operation) {
  return Object.entries(byStatus);
}

const idempotencyKey = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description: 'A repeated request with the same key gets the first answer, for 24 hours',
};
const ifMatch = {
  type: 'string',
  description: 'An `ETag` of the resource: where it has changed since, nothing is done and the answer is 412',
};

const retryAfter = { type: 'integer', minimum: 0, description: 'Seconds to wait before the next try' };

function whoMayCall({ access }: Route): string {
  if (access === 'public') return 'Public: no credential is needed.';
  if (access === 'operator') return 'For the operator.';
  if (access === 'a member') return 'For members, signed in or with a personal token.';
  if (access === 'a session') return 'For signed-in members.';
  if (access === 'embed token') return 'For embed tokens.';
  const scope = scopeOf(access);
  return scope === null ? 'For every credential of an organization.' : `Scope: \`${scope}\`.`;
}

function securityOf({ access, surface }: Route): Record<string, string[]>[] {
  if (access === 'public') return [];
  if (access === 'operator') return [{ operator: [] }];
  if (access === 'a member') return [{ member: [] }, { session: [] }];
  if (access === 'embed token') return [{ embed: [] }];
  if (access === 'a session') return [{ session: [] }];
  const scope = scopeOf(access);
  return [
    { key: scope === null ? [] : [scope] },
    // A browser has no secret to sign requests with.
    ...(Object.keys(surface.description.headers).length === 0 ? [{ session: [] }] : []),
    ...(typeof access === 'object' ? [{ embed: [] }] : []),
  ];
}

function describeHeaders({ method, access, operation, surface }: Route): FastifySchema {
  const required = access === 'public' ? {} : surface.description.headers;
  const creates = method === 'POST' && operation.runs.mode !== 'read' && operation.runs.repeatable;
  const names = Object.keys(required);
  if (!creates && !operation.takes.ifMatch && names.length === 0) return {};
  const own = {
    ...(creates ? { 'idempotency-key': idempotencyKey } : {}),
    ...(operation.takes.ifMatch ? { 'if-match': ifMatch } : {}),
  };
  return {
    headers: {
      type: 'object',
      properties: { ...required, ...own },
      ...(names.length === 0 ? {} : { required: names }),
    },
  };
}

/** The statuses of problems that a route can answer. A wrong credential is refused on public routes too. */
function problemsOf({ method, access, operation, surface }: Route): number[] {
  return [
    ...[400, 401],
    ...(access === 'public' ? [] : [403]),
    ...(operation.takes.params || operation.takes.refers ? [404] : []),
    ...(method === 'GET' ? [] : [413]),
    ...(operation.runs.mode === 'read' ? [] : [409]),
    ...(operation.takes.ifMatch ? [412] : []),
    ...(access === 'public' ? [] : surface.description.statuses),
    ...(operation.answers.refusals ?? []),
    ...[415, 422, 503],
  ];
}

function titleOf(status: number): string {
  return Object.values(catalogue)
    .filter((entry) => entry.status === status)
    .map((entry) => entry.title)
    .join('; ');
}
