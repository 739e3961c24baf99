import { Button, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Icon } from '../blocks/icon.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { AddWebhook } from './notification-webhooks/add-webhook.tsx';
import { VerifyFluxDesk } from './notification-webhooks/verify-fluxdesk.tsx';
import { ownWebhooks } from './notification-webhooks/webhook-family.ts';
import { WebhookList } from './notification-webhooks/webhook-list.tsx';
import './notification-webhooks/notification-webhooks.css';

/** What acts for the member who is signed in. */
export function AgentPage() {
  const [adding, { open, close }] = useDisclosure(false);
  const add = (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add webhook
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Agent"
        description="Programs of your own that are told what you are told, as it happens"
      />
      <Stack gap="lg">
        <section aria-label="Webhook">
          <div className="webhook-section">
            <div>
              <Title order={2} fz="lg">
                Webhook
              </Title>
              <Text fz="sm" c="dimmed">
                Each has a signing secret of its own and gets what is addressed to you, and to nobody else
              </Text>
            </div>
            {add}
          </div>
          <WebhookList
            family={ownWebhooks}
            mayChange
            add={add}
            purpose="Every notification that reaches your inbox also goes to your webhooks: to a script, a bot, or a lamp on your desk."
          />
        </section>
        <VerifyFluxDesk />
      </Stack>
      <AddWebhook family={ownWebhooks} opened={adding} onClose={close} />
    </>
  );
}
