import { Button, type ButtonProps, Group, Modal, type ModalProps, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { FormState } from './form.tsx';
import { Failure } from './waiting.tsx';

interface ConfirmButtonProps extends ButtonProps {
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
export function ConfirmButton({
  children,
  question,
  consequence,
  answer,
  onConfirm,
  ...looks
}: ConfirmButtonProps) {
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

interface FormProps<Values, Answer> {
  /** "Edit Order service". */
  readonly title: string;
  readonly dialogSize?: NonNullable<ModalProps['size']>;
  readonly act: (values: Values) => Promise<Answer>;
  /** Called once the dialog is closed; mostly reads again what has changed. */
  readonly onDone?: (answer: Answer) => unknown;
  readonly form: (state: FormState<Values>) => ReactNode;
}

interface DialogProps<Values, Answer> extends FormProps<Values, Answer> {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** A form in a dialog: it closes when its values were taken, and stays open with what is wrong with them. */
export function FormDialog<Values, Answer>(props: DialogProps<Values, Answer>) {
  const { opened, onClose, title, dialogSize = 'lg', onDone, form } = props;
  const { mutate, reset, isPending, error } = useMutation({
    mutationFn: props.act,
    onSuccess: async (answer) => {
      onClose();
      await onDone?.(answer);
    },
  });
  const cancel = () => {
    reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={cancel} title={title} size={dialogSize}>
      {form({ busy: isPending, error, onSubmit: mutate, onCancel: cancel })}
    </Modal>
  );
}

/** A button that opens a form in a dialog. */
export function FormButton<Values, Answer>({
  children,
  title,
  dialogSize = 'lg',
  act,
  onDone,
  form,
  ...looks
}: FormProps<Values, Answer> & ButtonProps & { readonly children: ReactNode }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" {...looks} onClick={open}>
        {children}
      </Button>
      <FormDialog
        opened={opened}
        onClose={close}
        title={title}
        dialogSize={dialogSize}
        act={act}
        onDone={(answer) => onDone?.(answer)}
        form={form}
      />
    </>
  );
}
