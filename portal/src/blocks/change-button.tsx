import { Button, type ButtonProps, Modal, type ModalProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { FormState } from './form-frame.tsx';

interface Props<Values> extends ButtonProps {
  /** Of the dialog: "Edit Order service". */
  readonly title: string;
  readonly dialogSize?: NonNullable<ModalProps['size']>;
  readonly change: (values: Values) => Promise<unknown>;
  readonly form: (state: FormState<Values>) => ReactNode;
}

/** Opens a form with what is there, and closes it when the change was taken. */
export function ChangeButton<Values>({ title, dialogSize = 'lg', change, form, ...looks }: Props<Values>) {
  const queryClient = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const save = useMutation({
    mutationFn: change,
    onSuccess: async () => {
      close();
      await queryClient.invalidateQueries();
    },
  });
  const cancel = () => {
    save.reset();
    close();
  };
  return (
    <>
      <Button variant="default" {...looks} onClick={open}>
        Change
      </Button>
      <Modal opened={opened} onClose={cancel} title={title} size={dialogSize}>
        {form({ busy: save.isPending, error: save.error, onSubmit: save.mutate, onCancel: cancel })}
      </Modal>
    </>
  );
}
