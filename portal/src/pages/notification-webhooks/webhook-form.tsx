import type { Endpoint } from '@sluice/client';
import { textOf } from '../../blocks/endpoint-fields.tsx';
import type { FormState } from '../../blocks/form-frame.tsx';
import { SubscriptionForm } from '../../blocks/subscription-form.tsx';
import { notificationTypes, type WebhookFamily, type WebhookValues } from './webhook-family.ts';

interface Props extends FormState<WebhookValues> {
  readonly family: WebhookFamily;
  readonly webhook?: Endpoint;
}

/** A webhook for notifications; those of the organization choose their types. */
export function WebhookForm({ family: { choosesTypes }, webhook, onSubmit, ...state }: Props) {
  const all = notificationTypes.map(({ name }) => name);
  return (
    <SubscriptionForm
      {...state}
      initial={{ name: webhook?.name ?? '', url: webhook?.url ?? '', events: webhook?.events ?? all }}
      onSubmit={({ name, url, events }) =>
        onSubmit({
          name: textOf(name),
          url,
          ...(choosesTypes && { events: all.filter((type) => events.includes(type)) }),
        })
      }
      submitLabel={webhook === undefined ? 'Add webhook' : 'Save'}
      urlDescription="Where notifications are sent, as signed POST requests"
      urlPlaceholder="https://example.com/fluxdesk"
      namePlaceholder="My notebook"
      choices={
        choosesTypes
          ? notificationTypes
          : 'It gets everything that is addressed to you, of every type; your receiver looks at the type.'
      }
      choicesLabel="Types"
      noneChosen="Choose at least one type."
    />
  );
}
