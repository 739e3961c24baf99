import { Alert, Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { changed, useChanged } from '../api/cache.ts';
import { Moment } from '../blocks/moment.tsx';
import { Failure } from '../blocks/waiting.tsx';
import type { Webhook } from './webhook.ts';
import { useMayChange, type WebhookFamily } from './webhook-family.ts';

/** So many refusals in a row disable a webhook: FluxDesk's contract. */
const mostFailures = 10;

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly webhook: Item;
  /** In a row. */
  readonly failures: number;
}

/** Why nothing is sent and how that ends; or how near it is. Nothing where all is well. */
export function DisabledNote<Item extends Webhook>({ family, webhook, failures }: Props<Item>) {
  const readAgain = useChanged();
  const mayChange = useMayChange(family);
  const enable = useMutation({
    mutationFn: () => family.enable(webhook.id),
    onSuccess: () => readAgain(changed.sending(family.source, webhook.id)),
  });
  if (webhook.enabled && failures === 0) return null;
  if (webhook.enabled)
    return (
      <Alert color="orange" variant="outline" className="webhook-note" title="It does not get through">
        <Text fz="sm">
          {failures === 1 ? 'The last attempt' : `The last ${failures} attempts`} failed. {mostFailures}{' '}
          answers of 4xx or 5xx in a row disable it; one success resets the count. The log shows what came
          back.
        </Text>
      </Alert>
    );
  const byHand = webhook.disabled_reason === 'disabled by hand';
  return (
    <Alert
      color={byHand ? 'gray' : 'red'}
      variant="outline"
      className="webhook-note"
      title={byHand ? 'Disabled by hand' : 'Disabled automatically'}
    >
      <Text fz="sm">
        {!byHand && webhook.disabled_reason !== null && `The reason: ${webhook.disabled_reason}. `}
        {webhook.disabled_at !== null && (
          <>
            It happened <Moment at={webhook.disabled_at} />.{' '}
          </>
        )}
        Nothing is sent to it; what waits for it goes out as soon as it is enabled.
        {!byHand && ' Mend the receiver first, see that a test arrives, then enable it.'}
      </Text>
      {mayChange && (
        <Button size="xs" mt="xs" loading={enable.isPending} onClick={() => enable.mutate()}>
          Enable again
        </Button>
      )}
      {enable.error && <Failure error={enable.error} />}
    </Alert>
  );
}
