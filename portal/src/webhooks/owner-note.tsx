import { Alert, Text } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import type { ReactNode } from 'react';
import { type InstalledApp, useInstalledApps, useMembers } from '../api/lists.ts';
import { useMe } from '../api/session.ts';
import { PageLink } from '../blocks/page.tsx';

/** Whose an endpoint is, where it is not the organization's own, and what that means for changing it. */
export function OwnerNote({ endpoint: { owner } }: { endpoint: Pick<Endpoint, 'owner'> }) {
  if (owner.kind === 'installation') return <OfApp installationId={owner.id} />;
  if (owner.kind === 'member') return <OfMember id={owner.id} />;
  return null;
}

function OfApp({ installationId }: { installationId: string }) {
  const from = useInstalledApps().find(({ installation }) => installation.id === installationId);
  return (
    <Note>
      Registered by {from ? <AppLink from={from} /> : 'an app'}. Its manifest decides the URL, the events and
      the contract; another version changes them, and uninstalling the app removes the webhook. Name,
      description, headers, limits and whether it is enabled are yours to set.
    </Note>
  );
}

function AppLink({ from: { app, installation } }: { from: InstalledApp }) {
  return (
    <>
      <PageLink path={`/developer-hub/${installation.app_id}`} inherit underline="always">
        {app?.name ?? 'an app'}
      </PageLink>{' '}
      {installation.version}
    </>
  );
}

/** In a list: which app registered a webhook. */
export function RegisteredBy({ from }: { from: InstalledApp }) {
  return (
    <Text fz="xs" c="dimmed" component="span" style={{ overflowWrap: 'anywhere' }}>
      registered by <AppLink from={from} />
    </Text>
  );
}

function OfMember({ id }: { id: string }) {
  const me = useMe();
  const member = useMembers().find((one) => one.id === id);
  if (id === me.member.id)
    return (
      <Note>
        This is a webhook of your own. It gets what is addressed to you; you change its URL, events and secret
        on your{' '}
        <PageLink path="/me/agent" fz="sm" underline="always">
          Agent
        </PageLink>{' '}
        page.
      </Note>
    );
  return (
    <Note>
      This webhook belongs to <strong>{member?.name ?? 'another member'}</strong>{' '}
      <span className="mono">({id})</span> and gets what is addressed to them. They alone change its URL,
      events, headers and secret; you can limit, disable or delete it.
    </Note>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <Alert variant="outline" color="water" style={{ borderInlineStartWidth: 3 }}>
      <Text fz="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Alert>
  );
}
