import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { BodyText, CopyButton } from './body-text.tsx';

export interface NewSecret {
  /** "Token of the installation"; left out where the title says it. */
  readonly label?: string;
  readonly secret: string;
}

interface Props {
  /** "Signing secret of Order service". */
  readonly title: string;
  /** None: closed. */
  readonly secrets: readonly NewSecret[];
  readonly onClose: () => void;
  /** What is to be said about them, such as how long the one before stays good. */
  readonly note?: string | undefined;
}

/** Shows secrets that the API has answered once and never will again. It closes by its button alone. */
export function SecretDialog({ title, secrets, onClose, note }: Props) {
  const it = secrets.length > 1 ? 'them' : 'it';
  return (
    <Modal
      opened={secrets.length > 0}
      onClose={onClose}
      title={title}
      size={secrets.length > 1 ? 'lg' : 'md'}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="orange" variant="outline" title={`You will not see ${it} again`}>
          <Text fz="sm">
            Keep {it} where {secrets.length > 1 ? 'they are' : 'it is'} needed: Sluice shows {it} in no other
            place.
          </Text>
        </Alert>
        {secrets.map(({ label, secret }) => (
          <div key={label ?? title}>
            <Group justify="space-between" mb={4} wrap="nowrap" align="flex-end">
              <Text fw={600} fz="sm" style={{ overflowWrap: 'anywhere' }}>
                {label ?? 'Secret'}
              </Text>
              <CopyButton text={secret} />
            </Group>
            <BodyText label={label ?? 'Secret'} text={secret} />
          </div>
        ))}
        {note !== undefined && <Text fz="sm">{note}</Text>}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have kept {it}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
