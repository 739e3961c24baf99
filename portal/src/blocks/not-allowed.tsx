import type { ReactNode } from 'react';
import { useHolds, useMe } from '../api/session.ts';
import { roleNames } from '../text/role-names.ts';
import { Empty, PageHeader } from './page.tsx';

interface Props {
  /** "webhooks of the organization". */
  readonly what: string;
  /** The scope that is missing. */
  readonly scope: string;
  /** Who has it, in words. */
  readonly holders?: string;
  /** Where only a part of a page is missing: "You may not see its webhooks". */
  readonly title?: string;
  /** What there is instead. */
  readonly instead?: ReactNode;
}

/** Why nothing is shown to a member: which right it takes, and whom to ask. */
export function NotAllowed({ what, scope, holders = 'owners and administrators', title, instead }: Props) {
  const { member, organization } = useMe();
  return (
    <Empty title={title ?? 'Your role does not reach this page'}>
      Here {holders} of {organization.name} look after {what}. You are signed in as{' '}
      <strong>{roleNames[member.role]}</strong>, which lacks the right <span className="mono">{scope}</span>.
      One of them can do it for you, or give you another role.
      {instead}
    </Empty>
  );
}

interface GuardedProps extends Props {
  /** The heading for those who see nothing else, where what is inside has one of its own. */
  readonly heading?: string;
  readonly children: ReactNode;
}

/** Shows what is inside to those who hold the scope, and to the others why they don't see it. */
export function Guarded({ children, heading, ...props }: GuardedProps) {
  if (useHolds(props.scope)) return children;
  return (
    <>
      {heading !== undefined && <PageHeader title={heading} />}
      <NotAllowed {...props} />
    </>
  );
}
