import { Button, type ButtonProps, Modal } from '@mantine/core';
import type { Attempt } from '@sluice/client';
import { useMutation } from '@tanstack/react-query';
import { AttemptView } from './attempt-view.tsx';
import { Failure } from './failure.tsx';

interface Props extends ButtonProps {
  /** Sends a test event and answers the attempt: `() => api.testEndpoint(id)`. */
  readonly run: () => Promise<Attempt>;
  readonly onDone?: () => void;
}

/** Sends a test event now and shows what was sent and what came back. */
export function TestButton({ run, onDone, ...looks }: Props) {
  const test = useMutation({ mutationFn: run, onSettled: () => onDone?.() });
  return (
    <>
      <Button variant="default" {...looks} loading={test.isPending} onClick={() => test.mutate()}>
        Send a test
      </Button>
      <Modal
        opened={test.isSuccess || test.isError}
        onClose={test.reset}
        title={test.data?.outcome === 'delivered' ? 'The test arrived' : 'The test did not arrive'}
        size="lg"
        centered
      >
        {test.data && <AttemptView attempt={test.data} />}
        {test.error && <Failure error={test.error} />}
      </Modal>
    </>
  );
}
