import { TagsInput, Text } from '@mantine/core';
import { useEventTypeNames, usePluginEvents, useRecordTypes } from '../api/use-catalogue.ts';
import { Loaded } from '../blocks/loaded.tsx';
import { RecordEventsField } from '../records/record-events-field.tsx';
import { type EventChoice, EventChoices } from './event-choices.tsx';
import { notificationTypes } from './notification-types.ts';
import type { EventsFieldProps } from './webhook-family.ts';

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
    <Text fz="sm" c="dimmed">
      It gets everything that is addressed to you, of every type; your receiver looks at the type.
    </Text>
  );
}
