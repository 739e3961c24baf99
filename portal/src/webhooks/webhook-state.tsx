import type { EndpointStats } from '@sluice/client';
import { State } from '../blocks/state.tsx';
import type { Webhook } from './webhook.ts';

interface Props {
  readonly webhook: Pick<Webhook, 'enabled'>;
  readonly stats: EndpointStats | undefined;
}

/** Whether it is sent anything, and whether that arrives. */
export function WebhookState({ webhook: { enabled }, stats }: Props) {
  if (!enabled) return <State paint="idle">Disabled</State>;
  return (stats?.consecutive_failures ?? 0) > 0 ? (
    <State paint="held">Failing</State>
  ) : (
    <State paint="good">Enabled</State>
  );
}
