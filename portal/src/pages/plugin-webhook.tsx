import { Stack, Text } from '@mantine/core';
import { holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { Moment } from '../blocks/moment.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { Section } from '../blocks/section.tsx';
import { VerifySample } from '../blocks/verify-sample.tsx';
import { LogList } from './plugin-webhooks/log-list.tsx';
import { usePluginEvents, useWebhook } from './plugin-webhooks/plugin-api.ts';
import { StatusSwitch } from './plugin-webhooks/status-switch.tsx';
import { WebhookActions } from './plugin-webhooks/webhook-actions.tsx';

export function PluginWebhookPage() {
  const id = useParam('number');
  if (holds(useMe(), 'endpoints:read')) return <Webhook id={id} />;
  return (
    <>
      <PageHeader title="Webhook" />
      <NotAllowed what="webhooks" scope="endpoints:read" holders="owners and administrators" />
    </>
  );
}

function Webhook({ id }: { id: string }) {
  const mayChange = holds(useMe(), 'endpoints:write');
  const found = useWebhook(id);
  const events = usePluginEvents();
  if (found.isPending) return <Loading />;
  if (found.isError)
    return (
      <>
        <PageHeader
          title="Webhook"
          description={<PageLink path="/plugins/webhooks">All webhooks</PageLink>}
        />
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      </>
    );
  const webhook = found.data;
  const fieldsOf = (name: string) => events.data?.find(({ event }) => event === name)?.payload_fields ?? [];
  return (
    <>
      <PageHeader
        title={webhook.name === '' ? webhook.url : webhook.name}
        description={<PageLink path="/plugins/webhooks">All webhooks</PageLink>}
        actions={mayChange && <WebhookActions webhook={webhook} />}
      />
      <Stack gap="lg">
        <Section title="Settings" actions={<StatusSwitch webhook={webhook} disabled={!mayChange} />}>
          <dl className="facts">
            <dt>URL</dt>
            <dd className="mono">{webhook.url}</dd>
            <dt>Secret</dt>
            <dd>
              <span className="mono">{webhook.secret}</span>{' '}
              <Text component="span" fz="sm" c="dimmed">
                shown whole when the webhook was added, and never again
              </Text>
            </dd>
            <dt>Number</dt>
            <dd className="numbers">{webhook.id}</dd>
            <dt>Added</dt>
            <dd>
              <Moment at={webhook.created_at} />
            </dd>
          </dl>
          {!webhook.status && (
            <Text fz="sm" mt="sm">
              While it is off nothing is sent. What waits for it goes out when it is switched on again.
            </Text>
          )}
        </Section>
        <Section title="Events">
          <dl className="facts">
            {webhook.events.map((event) => (
              <div key={event} style={{ display: 'contents' }}>
                <dt className="mono">{event}</dt>
                {event === '*' ? (
                  <dd>Everything, also what is added later</dd>
                ) : (
                  <dd className="mono">{fieldsOf(event).join(', ')}</dd>
                )}
              </div>
            ))}
          </dl>
        </Section>
        <Section
          title="Latest logs"
          flush
          actions={
            <PageLink path={`/plugins/webhooks/${webhook.id}/logs`} fz="sm">
              All logs
            </PageLink>
          }
        >
          {webhook.logs.length === 0 ? (
            <Text c="dimmed" fz="sm" px="md" pb="md">
              Nothing was sent yet. A test shows at once whether your receiver is there.
            </Text>
          ) : (
            <LogList webhookId={webhook.id} logs={webhook.logs} />
          )}
        </Section>
        <VerifySample
          path="/webhooks/flowxtra"
          signatureHeader="X-Flowxtra-Signature"
          scheme="sha256="
          secretName="FLOWXTRA_SECRET"
          members={['event', 'timestamp', 'data']}
          headers={[
            ['X-Flowxtra-Signature', 'sha256= and the HMAC in hexadecimal'],
            ['X-Flowxtra-Event', 'The event, such as application.created'],
            ['X-Flowxtra-Delivery', 'A UUID, the same in every attempt'],
          ]}
        />
      </Stack>
    </>
  );
}
