import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Failure } from '../../blocks/failure.tsx';
import { State } from '../../blocks/state.tsx';
import { usePluginApi, useRefreshWebhooks, type Webhook } from './plugin-api.ts';

/** Sends `webhook.test` while one waits, and shows what came of it. */
export function TestWebhook({ webhook, ...looks }: ButtonProps & { readonly webhook: Webhook }) {
  const plugin = usePluginApi();
  const refresh = useRefreshWebhooks();
  const test = useMutation({ mutationFn: () => plugin.test(webhook.id), onSettled: refresh });
  const { data: outcome } = test;
  return (
    <>
      <Button variant="default" {...looks} loading={test.isPending} onClick={() => test.mutate()}>
        Send a test
      </Button>
      <Modal
        opened={test.isSuccess || test.isError}
        onClose={test.reset}
        title={outcome?.success ? 'The test arrived' : 'The test did not arrive'}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack>
          {outcome && (
            <>
              <Group gap="sm">
                <State paint={outcome.success ? 'good' : 'bad'}>
                  {outcome.status_code === null ? 'No answer' : `HTTP ${outcome.status_code}`}
                </State>
                <Text fz="sm" className="mono">
                  webhook.test
                </Text>
              </Group>
              <Text>{outcome.message}</Text>
              <Text fz="sm" c="dimmed">
                Sent once to <span className="mono">{webhook.url}</span>
                {outcome.success ? '.' : '; a test is not tried again.'}
              </Text>
            </>
          )}
          {test.error && <Failure error={test.error} />}
          <Group justify="flex-end">
            <Button onClick={test.reset}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
