import { type Me, SluiceProblem } from '@sluice/client';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { keys } from './cache.ts';
import { api } from './client.ts';

/** Who is signed in. */
export interface SignedIn extends Me {
  readonly member: NonNullable<Me['member']>;
}

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async (): Promise<SignedIn> => {
    const { member, ...me } = await api.getMe();
    if (!member) throw new Error('Only members sign in to the portal.');
    return { ...me, member };
  },
  staleTime: 60_000,
});

/** The member who is signed in; for pages inside the shell, which only members see. */
export function useMe(): SignedIn {
  return useSuspenseQuery(meQuery).data;
}

/** Whether the member who is signed in may do what needs this scope. The API decides; this is for what to show. */
export function useHolds(scope: string): boolean {
  return holds(useMe(), scope);
}

export function holds({ scopes }: Pick<Me, 'scopes'>, scope: string): boolean {
  return scopes.some((held) => held === '*' || held === scope || held === `${scope.split(':')[0]}:*`);
}

/** Whether the session is over, so that only signing in again helps. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof SluiceProblem && error.code === 'unauthenticated';
}
