import { Switch, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { fieldError } from '../../blocks/field-errors.ts';
import { usePluginApi, useRefreshWebhooks, type Webhook } from './plugin-api.ts';

/** Whether events are sent; what was waiting goes out when it is switched on again. */
export function StatusSwitch({ webhook, disabled }: { webhook: Webhook; disabled: boolean }) {
  const plugin = usePluginApi();
  const refresh = useRefreshWebhooks();
  const change = useMutation({
    mutationFn: (status: boolean) => plugin.change(webhook.id, { status }),
    onSuccess: refresh,
  });
  const shown = change.isPending ? change.variables : webhook.status;
  return (
    <div>
      <Switch
        checked={shown}
        disabled={disabled}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
        label={
          <>
            Active<VisuallyHidden component="span"> for {webhook.name || webhook.url}</VisuallyHidden>
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
