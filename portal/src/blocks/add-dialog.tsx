import { Modal, type ModalProps } from '@mantine/core';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { FormState } from './form-frame.tsx';
import { SecretDialog } from './secret-dialog.tsx';

interface Props<Values, Made> {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** "Add a webhook". */
  readonly title: string;
  readonly size?: NonNullable<ModalProps['size']>;
  readonly add: (values: Values) => Promise<Made>;
  /** The lists that it belongs to. */
  readonly queryKey: QueryKey;
  readonly nameOf: (made: Made) => string;
  /** What is to be said about the secret. */
  readonly secretNote?: string;
  readonly form: (state: FormState<Values>) => ReactNode;
}

/**
 * Asks for something, makes it, and shows its secret this once. It stands outside of the list that it adds to: what an
 * empty list shows goes when the list fills, and the secret with it.
 */
export function AddDialog<Values, Made extends { readonly secret: string }>(props: Props<Values, Made>) {
  const { opened, onClose, title, size = 'lg', queryKey, nameOf, secretNote } = props;
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: props.add,
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey });
    },
  });
  const { data: made } = add;
  const cancel = () => {
    add.reset();
    onClose();
  };
  return (
    <>
      <Modal opened={opened} onClose={cancel} title={title} size={size}>
        {props.form({ busy: add.isPending, error: add.error, onSubmit: add.mutate, onCancel: cancel })}
      </Modal>
      <SecretDialog
        secret={made?.secret ?? null}
        title={made ? `Signing secret of ${nameOf(made)}` : ''}
        onClose={add.reset}
        {...(secretNote !== undefined && { note: secretNote })}
      />
    </>
  );
}
