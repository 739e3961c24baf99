import { Button, Checkbox, Group, Input, Stack, Text } from '@mantine/core';
import './event-choices.css';

export interface EventChoice {
  readonly name: string;
  readonly description: string;
  /** What its data holds, where that is promised. */
  readonly fields?: readonly string[];
}

interface Props {
  readonly label: string;
  readonly choices: readonly EventChoice[];
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  readonly error: string | null;
}

/** Events to tick, each with what it means and what it brings. */
export function EventChoices({ label, choices, value, onChange, error }: Props) {
  const all = choices.length > 0 && choices.every(({ name }) => value.includes(name));
  return (
    <Stack gap={6}>
      <Checkbox.Group label={label} required value={[...value]} onChange={onChange}>
        <ul className="event-choices">
          {choices.map(({ name, description, fields = [] }) => (
            <li key={name}>
              <Checkbox
                value={name}
                label={<span className="mono event-name">{name}</span>}
                description={
                  <>
                    {description}
                    {fields.length > 0 && <span className="mono event-fields">{fields.join(', ')}</span>}
                  </>
                }
              />
            </li>
          ))}
        </ul>
      </Checkbox.Group>
      <Group justify="space-between" gap="xs">
        <Text fz="sm" c="dimmed" aria-live="polite">
          {value.length} of {choices.length} chosen
        </Text>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange(all ? [] : choices.map(({ name }) => name))}
        >
          {all ? 'Choose none' : 'Choose all'}
        </Button>
      </Group>
      {error !== null && <Input.Error role="alert">{error}</Input.Error>}
    </Stack>
  );
}
