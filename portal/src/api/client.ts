import { createClient } from '@sluice/client';

/**
 * Every operation of the API, typed. The browser sends the session's cookie along, which is why nothing here holds a
 * credential.
 */
export const api = createClient({ url: window.location.origin, attempts: 2, maxWaitSeconds: 5 });
