import { type TSchema, Type } from 'typebox';
import { SluiceError } from '../../base/errors.ts';
import type { Database } from '../../db/connect.ts';
import { Closed } from '../../http/fields.ts';
import type { Surface } from '../../http/surface.ts';
import { getOrganization } from '../../tenants/organizations.ts';

/** The query of every route of the plugin. */
export const tenant = {
  subdomain: Type.String({ minLength: 1, maxLength: 63, description: "Slug of the key's organization" }),
};

export const TenantQuery = Closed(tenant);

const Failure = Type.Object(
  {
    success: Type.Literal(false),
    message: Type.String(),
    errors: Type.Optional(
      Type.Record(Type.String(), Type.Array(Type.String()), {
        description: 'Field, such as `events.0` → what is wrong with it',
      }),
    ),
  },
  { description: 'Any error' },
);

/** Flowxtra's: `{success, data}`, and the tenant in the query. */
export const createFlowxtraSurface = (database: Database): Surface => ({
  prefix: '/api/plugins/webhooks',

  async verify({ orgId, query }) {
    // Its absence is told with whatever else is wrong with the input.
    if (typeof query !== 'object' || query === null || !('subdomain' in query)) return;
    const slug = orgId === null ? null : (await getOrganization(database.queries, orgId)).slug;
    if (query.subdomain !== slug)
      throw new SluiceError('forbidden', "The subdomain is not that of this key's organization.");
  },

  async run(_operation, _context, handle) {
    const { status, body, text, headers } = await handle();
    const data = text ?? JSON.stringify(body ?? null);
    return { status, text: `{"success":true,"data":${data}}`, ...(headers ? { headers } : {}) };
  },

  problem({ headers, document }) {
    // A map, because a field may be called `__proto__`.
    const errors = new Map<string, string[]>();
    for (const { pointer, detail } of document.errors ?? []) {
      const field = fieldOf(pointer);
      errors.set(field, [...(errors.get(field) ?? []), detail]);
    }
    return {
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      body: {
        success: false,
        message: document.detail,
        ...(document.status === 422 && errors.size > 0 ? { errors: Object.fromEntries(errors) } : {}),
      },
    };
  },

  description: {
    headers: {},
    answer: (schema: TSchema | undefined) =>
      Type.Object({ success: Type.Literal(true), data: schema ?? Type.Null() }),
    problem: { contentType: 'application/json', schema: Failure },
    statuses: [],
  },
});

/** `/events/0` → `events.0`, `?page` → `page`. */
function fieldOf(pointer: string): string {
  return pointer.replace(/^(?:\?|\/|header:)/, '').replaceAll('/', '.') || 'body';
}
