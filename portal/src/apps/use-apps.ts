import type { App, Installation } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { everyEntry, mostOnAPage } from '../app/every-entry.ts';
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
    queryFn: () => everyEntry(api.listInstallations({ limit: mostOnAPage })),
    enabled: holds(me, 'apps:read'),
  });
}

/** Every app that is installed; none where the member may not see apps, or while they are not there. */
export function useInstalledApps(): readonly InstalledApp[] {
  const me = useMe();
  const installations = useInstallations();
  const apps = useQuery({
    queryKey: ['apps', 'names'],
    queryFn: () => everyEntry(api.listApps({ limit: mostOnAPage })),
    enabled: holds(me, 'apps:read'),
  });
  const byId = new Map(apps.data?.map((app) => [app.id, app]));
  return (installations.data ?? []).map((installation) => ({
    app: byId.get(installation.app_id),
    installation,
  }));
}

/** Which app registered which endpoint, by the endpoint's id. */
export function byEndpoint(installed: readonly InstalledApp[]): ReadonlyMap<string, InstalledApp> {
  return new Map(
    installed.flatMap((one) =>
      one.installation.webhooks.map(({ endpoint_id: id }): [string, InstalledApp] => [id, one]),
    ),
  );
}

/** What records there are, with the names of their fields. */
export function useRecordTypes() {
  const me = useMe();
  return useQuery({
    queryKey: ['record-types'],
    queryFn: () => everyEntry(api.listRecordTypes({ limit: mostOnAPage })),
    enabled: holds(me, 'record_types:read'),
    staleTime: 60_000,
  });
}
