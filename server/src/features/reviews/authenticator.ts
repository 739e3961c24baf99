import { publicId } from '../../base/ids.ts';
import type { Authenticator } from '../../http/authenticate.ts';
import { embedSecretPrefix, findEmbedToken } from './embed-tokens.ts';

/** Tokens of review pages that are embedded in other sites. */
export const embedTokens: Authenticator = {
  prefix: embedSecretPrefix,
  header: 'x-embed-token',
  called: 'embed token',
  async find(queries, secret) {
    const token = await findEmbedToken(queries, secret);
    if (!token) return null;
    return {
      kind: 'embed',
      orgId: token.org_id,
      id: publicId('embedToken', token.id),
      name: token.label,
      capabilities: { approve: token.can_approve, reject: token.can_reject, edit: token.can_edit },
      workflowId: token.workflow_id,
      queueId: token.queue_id,
      memberId: token.member_id,
    };
  },
};
