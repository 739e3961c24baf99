import { Failure } from '../../blocks/failure.tsx';
import type { FormState } from '../../blocks/form-frame.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { SubscriptionForm } from '../../blocks/subscription-form.tsx';
import { type PluginEvent, usePluginEvents, type Webhook, type WebhookValues } from './plugin-api.ts';

/** A webhook of the plugin: its events are those that the plugin lists. */
export function WebhookForm({ webhook, ...state }: FormState<WebhookValues> & { webhook?: Webhook }) {
  const events = usePluginEvents();
  if (events.isPending) return <Loading />;
  if (events.isError) return <Failure error={events.error} onRetry={() => void events.refetch()} />;
  const initial = webhook ?? { name: '', url: '', events: [] };
  return (
    <SubscriptionForm
      {...state}
      initial={initial}
      submitLabel={webhook === undefined ? 'Add webhook' : 'Save'}
      urlDescription="Where events are sent, as signed POST requests"
      urlPlaceholder="https://example.com/webhooks/flowxtra"
      namePlaceholder="Applicant tracking"
      nameRequired
      choices={choicesOf(events.data, initial.events)}
      choicesLabel="Events"
      noneChosen="Choose at least one event."
    />
  );
}

/** What the catalogue has, and what the webhook asks for though the catalogue has it no more. */
function choicesOf(events: readonly PluginEvent[], asked: readonly string[]) {
  const known = events.map(({ event, description, payload_fields: fields }) => ({
    name: event,
    description,
    fields,
  }));
  const others = asked
    .filter((name) => !known.some((choice) => choice.name === name))
    .map((name) => ({
      name,
      description: name === '*' ? 'Everything, also what is added later' : 'Not in the catalogue',
    }));
  return [...known, ...others];
}
