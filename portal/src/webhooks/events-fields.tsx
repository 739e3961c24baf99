import { Button, Checkbox, Group, Input, Stack, TagsInput } from '@mantine/core';
import { useEventTypeNames, usePluginEvents, useRecordTypes } from '../api/lists.ts';
import { Quiet } from '../blocks/quiet.tsx';
import { Loaded } from '../blocks/waiting.tsx';
import { RecordEventsField } from '../records/record-events-field.tsx';
import { notificationTypes } from './notification-types.ts';
import type { EventsFieldProps } from './webhook-family.ts';
import './events-fields.css';

/** Names of event types and prefixes, typed or taken from the catalogue. */
export function EventNamesField({ value, onChange, error }: EventsFieldProps) {
  return (
    <TagsInput
      label="Events"
      description="Names of event types, prefixes such as review.*, or * for all"
      data={['*', ...useEventTypeNames()]}
      limit={100}
      value={[...value]}
      onChange={onChange}
      splitChars={[',', ' ']}
      clearable
      error={error}
    />
  );
}

/** Changes to records, ticked by model and action. */
export function RecordChangesField(props: EventsFieldProps) {
  const recordTypes = useRecordTypes();
  if (recordTypes.fetchStatus === 'idle' && recordTypes.isPending)
    return <RecordEventsField recordTypes={[]} {...props} />;
  return (
    <Loaded query={recordTypes}>{(types) => <RecordEventsField recordTypes={types} {...props} />}</Loaded>
  );
}

/** The events of Flowxtra's plugin, and those that a webhook asks for though the plugin has them no more. */
export function PluginEventsField(props: EventsFieldProps) {
  return (
    <Loaded query={usePluginEvents()}>
      {(events) => {
        const known: EventChoice[] = events.map(({ event, description, payload_fields: fields }) => ({
          name: event,
          description,
          fields,
        }));
        const others = props.value
          .filter((name) => !known.some((choice) => choice.name === name))
          .map((name) => ({
            name,
            description: name === '*' ? 'Everything, also what is added later' : 'Not in the catalogue',
          }));
        return <EventChoices {...props} label="Events" choices={[...known, ...others]} />;
      }}
    </Loaded>
  );
}

export function NotificationTypesField(props: EventsFieldProps) {
  return <EventChoices {...props} label="Types" choices={notificationTypes} />;
}

export function EveryNotification() {
  return (
    <Quiet>
      It gets everything that is addressed to you, of every type; your receiver looks at the type.
    </Quiet>
  );
}

export interface EventChoice {
  readonly name: string;
  readonly description: string;
  /** What its data holds, where that is promised. */
  readonly fields?: readonly string[];
}

interface EventChoicesProps {
  readonly label: string;
  readonly choices: readonly EventChoice[];
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  readonly error: string | null;
}

/** Events to tick, each with what it means and what it brings. */
function EventChoices({ label, choices, value, onChange, error }: EventChoicesProps) {
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
        <Quiet aria-live="polite">
          {value.length} of {choices.length} chosen
        </Quiet>
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
