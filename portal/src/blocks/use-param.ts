import { useParams } from '@tanstack/react-router';

/** A parameter of the page's path: `id` of `/deliveries/$id`. */
export function useParam(name: string): string {
  const value: unknown = Reflect.get(useParams({ strict: false }), name);
  if (typeof value !== 'string') throw new Error(`The path of this page has no $${name}.`);
  return value;
}
