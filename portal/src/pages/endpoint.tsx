import { holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { wordsOfEvents } from '../blocks/endpoint-list.tsx';
import { Deliveries } from './deliveries/deliveries.tsx';
import { AnyEndpointForm } from './endpoints/endpoint-form.tsx';
import { EndpointView } from './endpoints/endpoint-view.tsx';

export function EndpointPage() {
  const me = useMe();
  const id = useParam('id');
  return (
    <EndpointView
      id={id}
      form={(state, endpoint) => <AnyEndpointForm {...state} endpoint={endpoint} />}
      eventsOf={({ events }) => wordsOfEvents(events)}
      listPath="/endpoints"
      log={holds(me, 'deliveries:read') && <Deliveries filter={{ endpoint_id: id }} />}
    />
  );
}
