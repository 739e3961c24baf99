import { type Static, Type } from 'typebox';
import { SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import { getRow } from '../../../db/rows.ts';
import { heldScopes } from '../../../http/credential.ts';
import {
  Closed,
  futureTime,
  IdOf,
  IdParams,
  inputId,
  OrNull,
  pathId,
  Text,
  Timestamp,
} from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { type Context, operation } from '../../../http/operation.ts';
import { getMember } from '../../../tenants/members.ts';
import { getOrganization } from '../../../tenants/organizations.ts';
import { covers } from '../../../tenants/scopes.ts';
import {
  createEmbedToken,
  listEmbedTokens,
  type EmbedToken as Row,
  revokeEmbedToken,
} from '../embed-tokens.ts';
import { getQueue } from '../queues.ts';

const group = 'Embedding';
const Capabilities = Type.Object({ approve: Type.Boolean(), reject: Type.Boolean(), edit: Type.Boolean() });

const EmbedToken = Type.Object({
  id: IdOf('embedToken'),
  label: OrNull(Type.String()),
  last_four: Type.String({ description: 'The end of the secret' }),
  workflow_id: OrNull(IdOf('workflow')),
  queue_id: OrNull(IdOf('queue')),
  member_id: OrNull(IdOf('member')),
  capabilities: Capabilities,
  allowed_origins: Type.Array(Type.String()),
  created_by: Type.String(),
  created_at: Timestamp,
  last_used_at: OrNull(Timestamp),
  expires_at: Timestamp,
  revoked_at: OrNull(Timestamp),
});

const NewEmbedToken = Type.Object({
  ...EmbedToken.properties,
  secret: Type.String({ description: 'Shown only now: only its hash is stored' }),
  url: Type.String({ description: 'The page, with the secret in the fragment, which browsers do not send' }),
  iframe: Type.String({ description: 'HTML that shows the page' }),
});

const Create = Closed({
  workflow_id: Type.Optional(OrNull(IdOf('workflow'))),
  queue_id: Type.Optional(OrNull(IdOf('queue'))),
  member_id: Type.Optional(
    OrNull(
      Type.String({
        ...IdOf('member'),
        description: 'The member in whose name it acts; required where the workflow names its reviewers',
      }),
    ),
  ),
  capabilities: Closed(
    {
      approve: Type.Optional(Type.Boolean()),
      reject: Type.Optional(Type.Boolean()),
      edit: Type.Optional(Type.Boolean()),
    },
    { description: 'Every token can view' },
  ),
  allowed_origins: Type.Array(Type.String({ maxLength: 300 }), {
    minItems: 1,
    maxItems: 20,
    description: 'The sites that may show the page: scheme, host and port; https, or http on localhost',
    examples: [['https://app.example.com']],
  }),
  expires_at: Timestamp,
  label: Type.Optional(OrNull(Text(200))),
});

function show(row: Row): Static<typeof EmbedToken> {
  return {
    id: publicId('embedToken', row.id),
    label: row.label,
    last_four: row.last_four,
    workflow_id: row.workflow_id === null ? null : publicId('workflow', row.workflow_id),
    queue_id: row.queue_id === null ? null : publicId('queue', row.queue_id),
    member_id: row.member_id === null ? null : publicId('member', row.member_id),
    capabilities: { approve: row.can_approve, reject: row.can_reject, edit: row.can_edit },
    allowed_origins: row.allowed_origins,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at.toISOString(),
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

/** Refuses to create a token with rights beyond those of the credential. */
function refuseMoreThanHeld({ credential }: Context, acts: boolean): void {
  const held = heldScopes(credential);
  const missing = ['reviews:read', ...(acts ? ['reviews:act'] : [])].find((scope) => !covers(held, scope));
  if (missing === undefined) return;
  throw new SluiceError(
    'missing_scope',
    `A credential without ${missing} cannot create a token that has it.`,
    {
      errors: [{ pointer: '/capabilities', detail: missing }],
    },
  );
}

export const create = (publicUrl: () => string) =>
  operation({
    id: 'createEmbedToken',
    summary: 'Create an embed token',
    description:
      'For a page that other sites can show in an iframe. The secret is shown only in this answer.',
    group,
    takes: { body: Create, refers: true },
    answers: {
      201: { description: 'The token with its secret and the code to embed', schema: NewEmbedToken },
    },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, orgId, actor, clock, audit } = context;
      const { approve = false, reject = false, edit = false } = body.capabilities;
      refuseMoreThanHeld(context, approve || reject || edit);
      const { token, secret } = await createEmbedToken(queries, clock, orgId, {
        label: body.label ?? null,
        workflowId: inputId('workflow', body.workflow_id || null, '/workflow_id'),
        queueId: inputId('queue', body.queue_id || null, '/queue_id'),
        memberId: inputId('member', body.member_id || null, '/member_id'),
        capabilities: { approve, reject, edit },
        allowedOrigins: body.allowed_origins,
        expiresAt: futureTime(clock, body.expires_at, '/expires_at'),
        createdBy: actor.name,
      });
      const shown = show(token);
      const { capabilities, allowed_origins: origins } = shown;
      await audit({ action: 'embed_token.created', target: shown.id, details: { capabilities, origins } });
      const url = `${publicUrl()}/embed/review/${shown.id}#${secret}`;
      return { status: 201, body: { ...shown, secret, url, iframe: iframeOf(url) } };
    },
  });

/** The URL needs no escaping: it has no special characters of HTML. */
function iframeOf(url: string): string {
  return `<iframe src="${url}" title="Review" sandbox="allow-scripts allow-same-origin allow-forms" referrerpolicy="no-referrer" style="width:100%;min-height:480px;border:0"></iframe>`;
}

export const list = listOperation({
  id: 'listEmbedTokens',
  summary: 'List embed tokens, newest first, revoked tokens included',
  group,
  item: EmbedToken,
  read: ({ queries, orgId }, _input, page) => listEmbedTokens(queries, orgId, page),
  position: ({ id }) => id,
  show,
});

export const revoke = operation({
  id: 'revokeEmbedToken',
  summary: 'Revoke an embed token at once',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Revoked' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await revokeEmbedToken(queries, orgId, pathId('embedToken', params.id));
    await audit({ action: 'embed_token.revoked', target: params.id });
    return { status: 204 };
  },
});

const Named = (kind: 'workflow' | 'queue' | 'member') =>
  OrNull(Type.Object({ id: IdOf(kind), name: Type.String() }));

const Session = Type.Object({
  id: IdOf('embedToken'),
  label: OrNull(Type.String()),
  organization: Type.Object({ name: Type.String() }),
  workflow: Named('workflow'),
  queue: Named('queue'),
  member: Named('member'),
  capabilities: Capabilities,
  allowed_origins: Type.Array(Type.String()),
  expires_at: Timestamp,
});

export const session = operation({
  id: 'openEmbedSession',
  summary: 'Read what an embed token can see and do',
  description: 'Called by the embedded page when it opens, and written to the audit log.',
  group,
  answers: { 200: { description: 'The session', schema: Session } },
  runs: 'write',
  async handle({ queries, orgId, credential, audit }) {
    if (credential?.kind !== 'embed') throw new Error('The credential is not an embed token.');
    const { id, name, capabilities, workflowId, queueId, memberId } = credential;
    const organization = await getOrganization(queries, orgId);
    const workflow =
      workflowId === null ? null : await getRow(queries, 'workflows', { orgId, id: workflowId }, 'workflow');
    const queue = queueId === null ? null : await getQueue(queries, { orgId, id: queueId, workflowId: null });
    const member = memberId === null ? null : await getMember(queries, orgId, memberId);
    const token = await getRow(
      queries,
      'embed_tokens',
      { orgId, id: pathId('embedToken', id) },
      'embed token',
    );
    await audit({ action: 'embed_token.opened', target: id });
    return {
      status: 200,
      body: {
        id,
        label: name,
        organization: { name: organization.name },
        workflow: workflow && { id: publicId('workflow', workflow.id), name: workflow.name },
        queue: queue && { id: publicId('queue', queue.id), name: queue.name },
        member: member && { id: publicId('member', member.id), name: member.name },
        capabilities,
        allowed_origins: token.allowed_origins,
        expires_at: token.expires_at.toISOString(),
      },
    };
  },
});
