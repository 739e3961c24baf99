import type { Endpoint } from '@sluice/client';
import { EndpointActions } from '../../blocks/endpoint-actions.tsx';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

/** Everything that can be done to a webhook; enabling it again stands where it says why it is disabled. */
export function WebhookActions({ family, webhook }: { family: WebhookFamily; webhook: Endpoint }) {
  return (
    <EndpointActions
      size="xs"
      endpoint={webhook}
      family={family}
      enabledElsewhere
      rotation="The old one signs nothing from then on: your receiver refuses what arrives until it has the new one."
      formSize={family.choosesTypes ? 'lg' : 'md'}
      form={(state) => <WebhookForm {...state} family={family} webhook={webhook} />}
    />
  );
}
