import { Alert, Text } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import type { ReactNode } from 'react';
import { useMe } from '../app/use-me.ts';
import { PageLink } from '../blocks/page-link.tsx';
import { useMemberNames } from '../blocks/use-members.ts';
import { useInstalledApps } from './use-apps.ts';
import './apps.css';

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
      Registered by{' '}
      {from ? (
        <>
          <PageLink path={`/developer-hub/${from.installation.app_id}`} fz="sm" underline="always">
            {from.app?.name ?? 'an app'}
          </PageLink>{' '}
          {from.installation.version}
        </>
      ) : (
        'an app'
      )}
      . Its manifest decides the URL, the events and the contract; another version changes them, and
      uninstalling the app removes the webhook. Name, description, headers, limits and whether it is enabled
      are yours to set.
    </Note>
  );
}

function OfMember({ id }: { id: string }) {
  const me = useMe();
  const nameOf = useMemberNames();
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
      This webhook belongs to <strong>{nameOf(id) ?? 'another member'}</strong>{' '}
      <span className="mono">({id})</span> and gets what is addressed to them. They alone change its URL,
      events, headers and secret; you can limit, disable or delete it.
    </Note>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <Alert variant="outline" color="water" className="from-app">
      <Text fz="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Alert>
  );
}
