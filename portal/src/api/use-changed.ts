import { type QueryKey, useQueryClient } from '@tanstack/react-query';

/**
 * Reads again what a change has made out of date.
 * @example const told = useChanged(); await told(changed.webhook('mine', id));
 */
export function useChanged(): (keys: readonly QueryKey[]) => Promise<void> {
  const queryClient = useQueryClient();
  return async (keys) => {
    await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
  };
}
