import { publicId } from '../../base/ids.ts';
import type { Authenticator } from '../../http/authenticate.ts';
import { findInstallationToken, installationTokenPrefix } from './tokens.ts';

/** Tokens of installed apps. */
export const installationTokens: Authenticator = {
  prefix: installationTokenPrefix,
  async find(queries, secret) {
    const bearer = await findInstallationToken(queries, secret);
    return bearer && { kind: 'installation', id: publicId('installation', bearer.installationId), ...bearer };
  },
};
