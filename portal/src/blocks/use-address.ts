import { useParams, useRouter, useRouterState } from '@tanstack/react-router';

/**
 * A part of the page's query: a choice that survives going back, and is there for others who are sent the address.
 * @param name `state` of `/deliveries?state=failed`
 */
export function useAddress(name: string): [value: string | null, set: (value: string | null) => void] {
  const { history } = useRouter();
  const value = useRouterState({
    select: ({ location }) => new URLSearchParams(location.searchStr).get(name),
  });
  const set = (next: string | null) => {
    // As it is now: two parts may be set at once.
    const { pathname, search } = history.location;
    const query = new URLSearchParams(search);
    if (next === null || next === '') query.delete(name);
    else query.set(name, next);
    history.replace(query.size === 0 ? pathname : `${pathname}?${query}`);
  };
  return [value === '' ? null : value, set];
}

/** A parameter of the page's path: `id` of `/deliveries/$id`. */
export function useParam(name: string): string {
  const value: unknown = Reflect.get(useParams({ strict: false }), name);
  if (typeof value !== 'string') throw new Error(`The path of this page has no $${name}.`);
  return value;
}

/** Goes to another page of the portal, by its path. */
export function useGo(): (path: string) => void {
  const { history } = useRouter();
  return (path) => history.push(path);
}
