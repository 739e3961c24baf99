import { Switch, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { changed, useChanged } from '../api/cache.ts';
import { fieldError } from '../blocks/field-errors.ts';
import { nameOf, type Webhook } from './webhook.ts';
import { type OfFamily, useMayChange } from './webhook-family.ts';

/** Whether events are sent; what was waiting goes out when it is switched on again. */
export function StatusSwitch<Item extends Webhook>({ family, webhook }: OfFamily<Item>) {
  const readAgain = useChanged();
  const change = useMutation({
    mutationFn: (enabled: boolean) => (enabled ? family.enable(webhook.id) : family.disable(webhook.id)),
    onSuccess: () => readAgain(changed.sending(family.source, webhook.id)),
  });
  return (
    <div>
      <Switch
        checked={change.isPending ? change.variables : webhook.enabled}
        disabled={!useMayChange(family)}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
        label={
          <>
            Active<VisuallyHidden component="span"> for {nameOf(webhook)}</VisuallyHidden>
          </>
        }
        withThumbIndicator={false}
      />
      {change.error && (
        <Text fz="xs" c="var(--mantine-color-error)" role="alert">
          {fieldError(change.error, '/status') ?? change.error.message}
        </Text>
      )}
    </div>
  );
}
