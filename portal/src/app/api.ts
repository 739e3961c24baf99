import { createClient, type Me, SluiceProblem } from '@sluice/client';
import { queryOptions } from '@tanstack/react-query';

/**
 * Every operation of the API, typed. The browser sends the session's cookie along, which is why nothing here holds a
 * credential.
 */
export const api = createClient({ url: window.location.origin, attempts: 2, maxWaitSeconds: 5 });

/** Who is signed in. */
export interface SignedIn extends Me {
  readonly member: NonNullable<Me['member']>;
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async (): Promise<SignedIn> => {
    const { member, ...me } = await api.getMe();
    if (!member) throw new Error('Only members sign in to the portal.');
    return { ...me, member };
  },
  staleTime: 60_000,
});

/** Whether the session is over, so that only signing in again helps. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof SluiceProblem && error.code === 'unauthenticated';
}

/** Whether a member may do what needs this scope. The API decides; this is for what to show. */
export function holds({ scopes }: Pick<Me, 'scopes'>, scope: string): boolean {
  return scopes.some((held) => held === '*' || held === scope || held === `${scope.split(':')[0]}:*`);
}
