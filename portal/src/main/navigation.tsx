import { VisuallyHidden } from '@mantine/core';
import type { ComponentType } from 'react';
import { useUnread } from '../api/lists.ts';
import { holds, type SignedIn } from '../api/session.ts';
import type { IconName } from '../blocks/icon.tsx';
import './navigation.css';

interface NavigationEntry {
  readonly label: string;
  readonly path: string;
  readonly icon: IconName;
  /** What stands at the end of its line, such as a count. */
  readonly badge?: ComponentType;
  /** Shown to members who hold it; if left out, to all. The API refuses the page itself. */
  readonly scope?: string;
  /** Shown in organizations that adopted this product; left out: in all. */
  readonly preset?: string;
}

/** What the side of every page leads to: one line for each page. */
const navigation: readonly NavigationEntry[] = [
  { label: 'Overview', path: '/', icon: 'home' },
  { label: 'Deliveries', path: '/deliveries', icon: 'deliveries', scope: 'deliveries:read' },
  { label: 'Endpoints', path: '/endpoints', icon: 'endpoints', scope: 'endpoints:read' },
  {
    label: 'Webhooks',
    path: '/settings/webhooks',
    icon: 'webhook',
    scope: 'endpoints:read',
    preset: 'flowlu',
  },
  { label: 'Developer hub', path: '/developer-hub', icon: 'code', scope: 'apps:read', preset: 'flowlu' },
  { label: 'Notifications', path: '/notifications', icon: 'bell', badge: UnreadCount },
  { label: 'Agent', path: '/me/agent', icon: 'webhook', preset: 'fluxdesk' },
  {
    label: 'Integrations',
    path: '/admin/integrations',
    icon: 'plug',
    scope: 'integrations:read',
    preset: 'fluxdesk',
  },
  {
    label: 'Plugins → Webhooks',
    path: '/plugins/webhooks',
    icon: 'plug',
    scope: 'endpoints:read',
    preset: 'flowxtra',
  },
  { label: 'Account', path: '/me', icon: 'person' },
];

/** The lines that are for a member. */
export function navigationOf(me: SignedIn): readonly NavigationEntry[] {
  return navigation.filter(
    ({ scope, preset }) =>
      (scope === undefined || holds(me, scope)) &&
      (preset === undefined || me.organization.preset === preset),
  );
}

const most = 99;

/** How much waits in the inbox; nothing where nothing does. */
function UnreadCount() {
  const unread = useUnread();
  if (unread === 0) return null;
  return (
    <span className="unread-count numbers">
      {unread > most ? `${most}+` : unread}
      <VisuallyHidden component="span"> unread</VisuallyHidden>
    </span>
  );
}
