import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Installation, InstallationToken } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { isGeneral } from '../../blocks/field-errors.ts';
import { Moment } from '../../blocks/moment.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { Section } from '../../blocks/section.tsx';
import { usePages } from '../../blocks/use-pages.ts';
import { MemberChoice } from './member-choice.tsx';
import { useMemberChoices } from './use-member-choices.ts';

/** With what the app calls the API, and for whom. */
export function TokensSection({ installation: { id } }: { installation: Installation }) {
  const me = useMe();
  const [issuing, { open, close }] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const tokens = usePages(['installation-tokens', id], (cursor) =>
    api.listInstallationTokens(id, { limit: 50, ...cursor }).page(),
  );
  const writes = holds(me, 'apps:write');
  const issue = writes && (
    <Button variant="default" size="xs" onClick={open}>
      Issue a token
    </Button>
  );
  return (
    <Section title="Tokens" actions={issue} flush>
      <Paged
        pages={tokens}
        empty={
          <Text c="dimmed" fz="sm" px="md" pb="md">
            There are none: the app cannot call the API.
          </Text>
        }
      >
        {(items) => (
          <ul className="endpoint-rows">
            {items.map((token) => (
              <TokenRow key={token.id} installationId={id} token={token} revocable={writes} />
            ))}
          </ul>
        )}
      </Paged>
      {issuing && <IssueToken installationId={id} onClose={close} onIssued={setSecret} />}
      <SecretDialog secret={secret} title="Token of the installation" onClose={() => setSecret(null)} />
    </Section>
  );
}

interface RowProps {
  readonly installationId: string;
  readonly token: InstallationToken;
  readonly revocable: boolean;
}

function TokenRow({ installationId, token, revocable }: RowProps) {
  const queryClient = useQueryClient();
  const { nameOf } = useMemberChoices();
  return (
    <li className="endpoint-row endpoint-row-first">
      <div style={{ minWidth: 0 }}>
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          Acts for {nameOf(token.member_id)}
        </Text>
        <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          <span className="mono">…{token.last_four}</span> · issued by {token.created_by},{' '}
          <Moment at={token.created_at} />
        </Text>
      </div>
      <Text fz="sm" c="dimmed">
        {token.last_used_at === null ? 'Never used' : <LastUse at={token.last_used_at} />}
      </Text>
      {revocable && (
        <ConfirmButton
          size="xs"
          question={`Revoke the token that ends with ${token.last_four}?`}
          consequence="Whoever uses it is refused at once. This cannot be undone."
          answer="Revoke it"
          onConfirm={async () => {
            await api.revokeInstallationToken(installationId, token.id);
            await queryClient.invalidateQueries({ queryKey: ['installation-tokens', installationId] });
          }}
        >
          Revoke
        </ConfirmButton>
      )}
    </li>
  );
}

function LastUse({ at }: { at: string }) {
  return (
    <>
      used <Moment at={at} />
    </>
  );
}

interface IssueProps {
  readonly installationId: string;
  readonly onClose: () => void;
  readonly onIssued: (secret: string) => void;
}

function IssueToken({ installationId, onClose, onIssued }: IssueProps) {
  const queryClient = useQueryClient();
  const me = useMe();
  const [memberId, setMemberId] = useState(me.member.id);
  const issue = useMutation({
    mutationFn: () => api.createInstallationToken(installationId, { member_id: memberId }),
    onSuccess: async ({ secret }) => {
      onClose();
      onIssued(secret);
      await queryClient.invalidateQueries({ queryKey: ['installation-tokens', installationId] });
    },
  });
  return (
    <Modal opened onClose={onClose} title="Issue a token">
      <Stack>
        {isGeneral(issue.error, ['/member_id']) && <Failure error={issue.error} />}
        <MemberChoice label="For whom it acts" value={memberId} onChange={setMemberId} error={issue.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={issue.isPending} onClick={() => issue.mutate()}>
            Issue it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
