import type { App, Installation } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keys } from './keys.ts';
import { everyEntry, mostOnAPage } from './listings.ts';
import { useHolds } from './session.ts';

/** An app that is installed, as its webhooks are shown with it. */
export interface InstalledApp {
  readonly app: App | undefined;
  readonly installation: Installation;
}

/** Every installation. An app has at most one; so few that they are read whole. */
export function useInstallations() {
  return useQuery({
    queryKey: keys.installations,
    queryFn: () => everyEntry(api.listInstallations({ limit: mostOnAPage })),
    enabled: useHolds('apps:read'),
  });
}

/** Every app that is installed; none where the member may not see apps, or while they are not there. */
export function useInstalledApps(): readonly InstalledApp[] {
  const installations = useInstallations();
  const apps = useQuery({
    queryKey: keys.apps.list('every'),
    queryFn: () => everyEntry(api.listApps({ limit: mostOnAPage })),
    enabled: useHolds('apps:read'),
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
