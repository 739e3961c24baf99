import { holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { EventChips } from '../apps/event-chips.tsx';
import { NoAccess } from '../apps/no-access.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { EndpointView } from './endpoints/endpoint-view.tsx';
import { WebhookForm } from './webhooks/webhook-form.tsx';
import { WebhookLog } from './webhooks/webhook-log.tsx';

export function WebhookPage() {
  const me = useMe();
  return (
    <>
      <div className="crumbs">
        System settings /{' '}
        <PageLink path="/settings/webhooks" fz="sm" underline="always">
          Webhooks
        </PageLink>
      </div>
      {holds(me, 'endpoints:read') ? (
        <Webhook />
      ) : (
        <>
          <PageHeader title="Webhook" />
          <NoAccess what="webhooks" scope="endpoints:read" />
        </>
      )}
    </>
  );
}

function Webhook() {
  const me = useMe();
  const id = useParam('id');
  return (
    <EndpointView
      id={id}
      form={(state, endpoint) => <WebhookForm {...state} endpoint={endpoint} />}
      eventsOf={({ events }) => <EventChips events={events} />}
      listPath="/settings/webhooks"
      log={
        holds(me, 'deliveries:read') ? (
          <WebhookLog endpointId={id} />
        ) : (
          <NoAccess what="what was sent" scope="deliveries:read" />
        )
      }
    />
  );
}
