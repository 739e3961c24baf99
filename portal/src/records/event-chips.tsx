import { inOrder } from './record-types.ts';
import './records.css';

/** Event types by model with their actions: `crm.account` create update. What is no such name stays as it is. */
export function EventChips({ events }: { events: readonly string[] }) {
  if (events.includes('*')) return <span className="chip">All events</span>;
  const byType = new Map<string, string[]>();
  for (const event of events) {
    const cut = event.lastIndexOf('.');
    const type = cut < 0 ? event : event.slice(0, cut);
    byType.set(type, [...(byType.get(type) ?? []), ...(cut < 0 ? [] : [event.slice(cut + 1)])]);
  }
  return (
    <span className="chips">
      {[...byType].map(([type, actions]) => (
        <span key={type} className="chip">
          <b>{type}</b>{' '}
          {inOrder(actions).map((action) => (
            <span key={action} className={`action action-${action === '*' ? 'every' : action}`}>
              {action === '*' ? 'all' : action}
            </span>
          ))}
        </span>
      ))}
    </span>
  );
}
