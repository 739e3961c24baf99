import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';

interface Props extends ButtonProps {
  readonly children: ReactNode;
  /** The question: "Delete Order service?" */
  readonly question: string;
  /** What follows from it. */
  readonly consequence: string;
  /** What the button that does it says. */
  readonly answer: string;
  readonly onConfirm: () => Promise<unknown>;
}

/** A button for what cannot be undone: it asks first, and stays open with what went wrong. */
export function ConfirmButton({ children, question, consequence, answer, onConfirm, ...looks }: Props) {
  const [open, { open: ask, close }] = useDisclosure(false);
  const act = useMutation({ mutationFn: onConfirm, onSuccess: close });
  return (
    <>
      <Button
        variant="default"
        {...looks}
        onClick={() => {
          act.reset();
          ask();
        }}
      >
        {children}
      </Button>
      <Modal opened={open} onClose={close} title={question} centered>
        <Stack>
          <Text>{consequence}</Text>
          {act.error && <Failure error={act.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Keep it as it is
            </Button>
            <Button className="danger" loading={act.isPending} onClick={() => act.mutate()}>
              {answer}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
