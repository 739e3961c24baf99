import type { DeliverySummary, Endpoint } from '@sluice/client';
import { useStats } from '../../api/use-stats.ts';
import { Quiet } from '../../blocks/quiet.tsx';
import { Row, Rows } from '../../blocks/rows.tsx';
import { paintOf, State } from '../../blocks/state.tsx';
import { nameOf } from '../../webhooks/webhook.ts';
import { EndpointHealth } from '../../webhooks/webhook-health.tsx';

const bars = 24;
/** There may be hundreds; those in trouble come first. */
export const shownAtMost = 12;

interface Props {
  readonly endpoints: readonly Endpoint[];
  readonly deliveries: readonly DeliverySummary[];
}

/** A bar for each of an endpoint's last deliveries: what is wrong stands out without reading. */
export function EndpointStrips({ endpoints, deliveries }: Props) {
  const shown = byUrgency(endpoints, deliveries).slice(0, shownAtMost);
  const statsOf = useStats(shown);
  return (
    <Rows inSection>
      {shown.map((endpoint) => {
        const own = deliveries.filter(({ endpoint_id: id }) => id === endpoint.id).slice(0, bars);
        return (
          <Row
            key={endpoint.id}
            title={nameOf(endpoint)}
            path={`/endpoints/${endpoint.id}`}
            isWide
            below={
              <Quiet truncate>
                {endpoint.enabled ? endpoint.contract : (endpoint.disabled_reason ?? 'Disabled')}
              </Quiet>
            }
            middle={<EndpointHealth stats={statsOf(endpoint.id)} />}
          >
            {endpoint.enabled ? <Strip deliveries={own} /> : <State paint="idle">Disabled</State>}
          </Row>
        );
      })}
    </Rows>
  );
}

function Strip({ deliveries }: { deliveries: readonly DeliverySummary[] }) {
  return (
    <div className="strip" role="img" aria-label={wordsOf(deliveries)}>
      {Array.from({ length: bars }, (_, index) => {
        const delivery = deliveries[bars - 1 - index];
        const look = delivery && `paint-${paintOf(delivery)}`;
        return <i key={delivery?.id ?? `none ${index}`} className={look} />;
      })}
    </div>
  );
}

function wordsOf(deliveries: readonly DeliverySummary[]): string {
  if (deliveries.length === 0) return 'No deliveries of late';
  const delivered = deliveries.filter(({ state }) => state === 'delivered').length;
  return `Of the last ${deliveries.length} deliveries, ${delivered} arrived`;
}

/** What is in trouble first, then what was sent something of late, then the newest. */
function byUrgency(endpoints: readonly Endpoint[], deliveries: readonly DeliverySummary[]): Endpoint[] {
  const busy = new Set(deliveries.map(({ endpoint_id: id }) => id));
  const troubled = new Set(
    deliveries
      .filter((delivery) => paintOf(delivery) === 'bad' || paintOf(delivery) === 'retrying')
      .map(({ endpoint_id: id }) => id),
  );
  const rank = ({ id, enabled, disabled_reason: reason }: Endpoint) => {
    if (troubled.has(id) || (!enabled && reason !== 'disabled by hand')) return 0;
    return busy.has(id) ? 1 : 2;
  };
  return [...endpoints].sort((a, b) => rank(a) - rank(b));
}
