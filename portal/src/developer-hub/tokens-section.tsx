import type { Installation, InstallationToken } from '@sluice/client';
import { useState } from 'react';
import { changed, keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useHolds, useMe } from '../api/session.ts';
import { usePages } from '../api/use-pages.ts';
import { ConfirmButton, FormButton } from '../blocks/dialogs.tsx';
import { Mono } from '../blocks/facts.tsx';
import { FormFrame, type FormState } from '../blocks/form.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Section } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Row, Rows } from '../blocks/rows.tsx';
import { type NewSecret, SecretDialog } from '../blocks/secret-dialog.tsx';
import { Paged } from '../blocks/waiting.tsx';
import { MemberChoice, useMemberChoices } from './member-choice.tsx';

/** With what the app calls the API, and for whom. */
export function TokensSection({ installation: { id } }: { installation: Installation }) {
  const [secrets, setSecrets] = useState<readonly NewSecret[]>([]);
  const readAgain = useChanged();
  const tokens = usePages(keys.tokens(id), (cursor) =>
    api.listInstallationTokens(id, { limit: 50, ...cursor }).page(),
  );
  const writes = useHolds('apps:write');
  const issue = writes && (
    <FormButton
      size="xs"
      title="Issue a token"
      dialogSize="md"
      act={(memberId: string) => api.createInstallationToken(id, { member_id: memberId })}
      onDone={({ secret }) => {
        setSecrets([{ secret }]);
        return readAgain(changed.tokens(id));
      }}
      form={(state) => <TokenForm {...state} />}
    >
      Issue a token
    </FormButton>
  );
  return (
    <Section title="Tokens" actions={issue} flush>
      <Paged
        pages={tokens}
        empty={
          <Quiet px="md" pb="md">
            There are none: the app cannot call the API.
          </Quiet>
        }
      >
        {(items) => (
          <Rows inSection>
            {items.map((token) => (
              <TokenRow key={token.id} installationId={id} token={token} revocable={writes} />
            ))}
          </Rows>
        )}
      </Paged>
      <SecretDialog title="Token of the installation" secrets={secrets} onClose={() => setSecrets([])} />
    </Section>
  );
}

function TokenForm({ onSubmit, ...state }: FormState<string>) {
  const me = useMe();
  const [memberId, setMemberId] = useState(me.member.id);
  return (
    <FormFrame
      {...state}
      pointers={['/member_id']}
      submitLabel="Issue it"
      onSubmit={() => onSubmit(memberId)}
    >
      <MemberChoice label="For whom it acts" value={memberId} onChange={setMemberId} error={state.error} />
    </FormFrame>
  );
}

interface TokenProps {
  readonly installationId: string;
  readonly token: InstallationToken;
  readonly revocable: boolean;
}

function TokenRow({ installationId, token, revocable }: TokenProps) {
  const readAgain = useChanged();
  const { nameOf } = useMemberChoices();
  return (
    <Row
      title={`Acts for ${nameOf(token.member_id)}`}
      below={
        <Quiet style={{ overflowWrap: 'anywhere' }}>
          <Mono>…{token.last_four}</Mono> · issued by {token.created_by}, <Moment at={token.created_at} />
        </Quiet>
      }
      middle={
        <Quiet>
          {token.last_used_at === null
            ? 'Never used'
            : ['used ', <Moment key="at" at={token.last_used_at} />]}
        </Quiet>
      }
    >
      {revocable && (
        <ConfirmButton
          size="xs"
          question={`Revoke the token that ends with ${token.last_four}?`}
          consequence="It is refused at once. This cannot be undone."
          answer="Revoke it"
          onConfirm={async () => {
            await api.revokeInstallationToken(installationId, token.id);
            await readAgain(changed.tokens(installationId));
          }}
        >
          Revoke
        </ConfirmButton>
      )}
    </Row>
  );
}
