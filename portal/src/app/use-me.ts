import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery, type SignedIn } from './api.ts';

/** The member who is signed in; for pages inside the shell, which is not shown to anybody else. */
export function useMe(): SignedIn {
  return useSuspenseQuery(meQuery).data;
}
