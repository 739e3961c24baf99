import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { changed, useChanged } from '../api/cache.ts';
import { Quiet } from '../blocks/quiet.tsx';
import { State } from '../blocks/state.tsx';
import { Failure } from '../blocks/waiting.tsx';
import { AttemptView } from '../deliveries/attempts.tsx';
import type { Webhook } from './webhook.ts';
import type { TestOutcome, WebhookFamily } from './webhook-family.ts';

interface Props<Item extends Webhook> extends Pick<ButtonProps, 'size'> {
  readonly family: WebhookFamily<Item>;
  readonly webhook: Item;
}

/** Sends a test event now and shows what was sent and what came back. */
export function TestButton<Item extends Webhook>({ family, webhook, size = 'sm' }: Props<Item>) {
  const readAgain = useChanged();
  const test = useMutation({
    mutationFn: () => family.test(webhook.id),
    onSettled: () => readAgain(changed.sending(family.source, webhook.id)),
  });
  return (
    <>
      <Button variant="default" size={size} loading={test.isPending} onClick={() => test.mutate()}>
        Send a test
      </Button>
      <Modal
        opened={test.isSuccess || test.isError}
        onClose={test.reset}
        title={test.data && hasArrived(test.data) ? 'The test arrived' : 'The test did not arrive'}
        size="lg"
        centered
      >
        <Stack>
          {test.data && <Outcome outcome={test.data} url={webhook.url} />}
          {test.error && <Failure error={test.error} />}
          <Group justify="flex-end">
            <Button onClick={test.reset}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function hasArrived(outcome: TestOutcome): boolean {
  return 'attempt' in outcome ? outcome.attempt.outcome === 'delivered' : outcome.arrived;
}

function Outcome({ outcome, url }: { outcome: TestOutcome; url: string }) {
  if ('attempt' in outcome) return <AttemptView attempt={outcome.attempt} />;
  const { arrived, status, message } = outcome;
  return (
    <>
      <Group gap="sm">
        <State paint={arrived ? 'good' : 'bad'}>{status === null ? 'No answer' : `HTTP ${status}`}</State>
        <Text fz="sm" className="mono">
          webhook.test
        </Text>
      </Group>
      <Text>{message}</Text>
      <Quiet>
        Sent once to <span className="mono">{url}</span>
        {arrived ? '.' : '; a test is not tried again.'}
      </Quiet>
    </>
  );
}
