import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { BodyText } from '../blocks/body-text.tsx';
import { CopyButton } from '../blocks/copy-button.tsx';

export interface NewSecret {
  /** What it is: "Token of the installation". */
  readonly label: string;
  readonly secret: string;
}

interface Props {
  readonly title: string;
  /** None: closed. */
  readonly secrets: readonly NewSecret[];
  readonly onClose: () => void;
}

/** Several secrets that the API has answered once and never will again. It closes by its button alone. */
export function SecretsDialog({ title, secrets, onClose }: Props) {
  return (
    <Modal
      opened={secrets.length > 0}
      onClose={onClose}
      title={title}
      size="lg"
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="orange" variant="outline" title="You will not see them again">
          <Text fz="sm">
            Keep each of them where the app finds it. Only ways to check them are stored here.
          </Text>
        </Alert>
        {secrets.map(({ label, secret }) => (
          <div key={label}>
            <Group justify="space-between" mb={4} wrap="nowrap" align="flex-end">
              <Text fw={600} fz="sm" style={{ overflowWrap: 'anywhere' }}>
                {label}
              </Text>
              <CopyButton text={secret} />
            </Group>
            <BodyText label={label} text={secret} />
          </div>
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have kept them</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
