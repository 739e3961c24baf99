import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { Icon } from '../blocks/icon.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { AddWebhook } from './notification-webhooks/add-webhook.tsx';
import { VerifyFluxDesk } from './notification-webhooks/verify-fluxdesk.tsx';
import { integrations } from './notification-webhooks/webhook-family.ts';
import { WebhookList } from './notification-webhooks/webhook-list.tsx';

export function IntegrationsPage() {
  const me = useMe();
  const mayChange = holds(me, 'integrations:write');
  const [adding, { open, close }] = useDisclosure(false);
  const add = mayChange && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add webhook
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Integrations"
        description="Webhooks of the whole organization: notifications to anybody in it go there"
        actions={add}
      />
      {holds(me, 'integrations:read') ? (
        <Stack gap="lg">
          <WebhookList
            family={integrations}
            mayChange={mayChange}
            add={add}
            purpose="A webhook here is told whatever members are told, of the types that you choose. For your own notifications alone, add one on your Agent page."
          />
          <VerifyFluxDesk />
        </Stack>
      ) : (
        <NotAllowed
          what="webhooks of the whole organization"
          scope="integrations:read"
          holders="owners, administrators and HR administrators"
        >
          {' '}
          Webhooks for what is addressed to you are on your <PageLink path="/me/agent">Agent</PageLink> page.
        </NotAllowed>
      )}
      <AddWebhook family={integrations} opened={adding} onClose={close} />
    </>
  );
}
