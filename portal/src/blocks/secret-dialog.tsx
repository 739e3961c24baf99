import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { BodyText } from './body-text.tsx';
import { CopyButton } from './copy-button.tsx';

interface Props {
  /** `null`: closed. */
  readonly secret: string | null;
  /** What it is: "Signing secret of Order service". */
  readonly title: string;
  readonly onClose: () => void;
  /** What is to be said about it, such as how long the one before stays good. */
  readonly note?: string;
}

/** Shows a secret that the API has answered once and never will again. It closes by its button alone. */
export function SecretDialog({ secret, title, onClose, note }: Props) {
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="orange" variant="outline" title="You will not see it again">
          <Text fz="sm">Keep it where your receiver finds it. Only a way to check it is stored here.</Text>
        </Alert>
        <BodyText label="Secret" text={secret ?? ''} />
        {note !== undefined && <Text fz="sm">{note}</Text>}
        <Group justify="space-between">
          <CopyButton text={secret ?? ''} label="Copy the secret" />
          <Button onClick={onClose}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
