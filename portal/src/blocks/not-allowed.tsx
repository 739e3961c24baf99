import type { ReactNode } from 'react';
import { roleNames } from '../app/role-names.ts';
import { useMe } from '../app/use-me.ts';
import { Empty } from './empty.tsx';

interface Props {
  /** What the page is about: "webhooks of the organization". */
  readonly what: string;
  /** The scope that is missing. */
  readonly scope: string;
  /** Who has it, in words: "owners and administrators". */
  readonly holders: string;
  /** What there is instead. */
  readonly children?: ReactNode;
}

/** Why a page shows nothing to somebody who is signed in: whose right it takes, and whom to ask. */
export function NotAllowed({ what, scope, holders, children }: Props) {
  const { member, organization } = useMe();
  return (
    <div className="card">
      <Empty title="Your role does not reach this page">
        Here {holders} of {organization.name} look after {what}. You are signed in as{' '}
        <strong>{roleNames[member.role]}</strong>, which lacks the right <span className="mono">{scope}</span>
        . One of them can do it for you, or give you another role.
        {children}
      </Empty>
    </div>
  );
}
