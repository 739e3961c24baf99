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

/** The frame of the OpenAPI document; the routes fill it. */
export const openApiBase = {
  openapi: '3.1.0',
  info: {
    title: 'Sluice',
    version: '1',
    description:
      'Publish events; Sluice delivers them, signed, to everyone who subscribed, and keeps a ledger of every attempt.\n\n' +
      '`Authorization: Bearer <key>` says who is asking; each operation names the scope that it needs. ' +
      'Every error is a problem document (RFC 9457) with a stable `code` and a `remedy`. ' +
      'Lists answer `data` and `next_cursor`; `?cursor=` takes the next page. ' +
      'With an `Idempotency-Key`, a POST can be repeated safely for 24 hours. ' +
      'Things of other organizations answer as things that do not exist: 404.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'This Sluice' }],
  components: {
    securitySchemes: {
      key: { type: 'http' as const, scheme: 'bearer', description: "An organization's key" },
      member: {
        type: 'http' as const,
        scheme: 'bearer',
        description: "A member's own credential, such as a personal token; keys and apps do not do",
      },
      session: {
        type: 'apiKey' as const,
        in: 'cookie' as const,
        name: 'sluice_session',
        description:
          'A member who is signed in, in a browser and from the portal itself; `__Host-sluice_session` over https. It counts only where no header holds a credential.',
      },
      operator: { type: 'http' as const, scheme: 'bearer', description: 'SLUICE_ADMIN_TOKEN' },
      embed: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'X-Embed-Token',
        description: 'An embed token; `Authorization: Bearer` holds it as well',
      },
    },
  },
};

/** JSON Merge Patch, RFC 7396. */
export const mergePatchType = 'application/merge-patch+json';

/** Bytes. */
export const defaultBodyLimit = 131_072;

/** What has a default is always there after the check, but callers may leave it out. */
function withoutDefaulted(schema: TSchema): TSchema {
  if (!Type.IsObject(schema)) return schema;
  const required = (schema.required ?? []).filter((name) => !('default' in (schema.properties[name] ?? {})));
  return { ...schema, required };
}

/** A route in the words of the OpenAPI document. */
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
  description: 'The same key and request answer the first result for 24 hours',
};
const ifMatch = {
  type: 'string',
  description: 'The `ETag` of what was seen: if it has changed since, nothing is done and the answer is 412',
};

const retryAfter = { type: 'integer', minimum: 0, description: 'Seconds to wait before the next try' };

function whoMayCall({ access }: Route): string {
  if (access === 'public') return 'For everybody, without a credential.';
  if (access === 'operator') return 'For the operator.';
  if (access === 'a member') return 'For members themselves: signed in, or with a token of their own.';
  if (access === 'a session') return 'For members who are signed in.';
  if (access === 'embed token') return 'For embedded pages, with their embed token.';
  const scope = scopeOf(access);
  return scope === null ? 'Any credential of an organization will do.' : `Scope: \`${scope}\`.`;
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
    // A browser has nothing to sign with.
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

/** What may be refused: a bad credential also where none is needed, a bad request wherever one can be made. */
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
