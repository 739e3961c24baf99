import type { App, Installation, Listing } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';

/** An app that is installed, as its webhooks are shown with it. */
export interface InstalledApp {
  readonly app: App | undefined;
  readonly installation: Installation;
}

/** Every installation. An app has at most one; so few that they are read whole. */
export function useInstallations() {
  const me = useMe();
  return useQuery({
    queryKey: ['installations'],
    queryFn: () => everyEntry(api.listInstallations({ limit: 200 })),
    enabled: holds(me, 'apps:read'),
  });
}

/** Which app registered which endpoint, by the endpoint's id. */
export function useInstalledApps(): ReadonlyMap<string, InstalledApp> {
  const me = useMe();
  const installations = useInstallations();
  const apps = useQuery({
    queryKey: ['apps', 'names'],
    queryFn: () => everyEntry(api.listApps({ limit: 200 })),
    enabled: holds(me, 'apps:read'),
  });
  const byId = new Map(apps.data?.map((app) => [app.id, app]));
  return new Map(
    installations.data?.flatMap((installation) =>
      installation.webhooks.map(({ endpoint_id: id }): [string, InstalledApp] => [
        id,
        { app: byId.get(installation.app_id), installation },
      ]),
    ),
  );
}

async function everyEntry<Item>(listing: Listing<Item>): Promise<Item[]> {
  const entries: Item[] = [];
  for await (const entry of listing) entries.push(entry);
  return entries;
}

/** What records there are, with the names of their fields. */
export function useRecordTypes(wanted = true) {
  const me = useMe();
  return useQuery({
    queryKey: ['record-types'],
    queryFn: () => everyEntry(api.listRecordTypes({ limit: 200 })),
    enabled: wanted && holds(me, 'record_types:read'),
    staleTime: 60_000,
  });
}
