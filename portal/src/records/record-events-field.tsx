import { Checkbox, Input, Stack, Table, TagsInput, TextInput } from '@mantine/core';
import type { RecordType } from '@sluice/client';
import { useState } from 'react';
import { Quiet } from '../blocks/quiet.tsx';
import { eventsOf, namesOf, type RecordChoice, readChoice } from './record-choice.ts';
import { recordActions, typeOf } from './record-types.ts';
import './records.css';

const fewEnough = 12;

interface Props {
  readonly recordTypes: readonly RecordType[];
  /** Names of event types, prefixes such as `crm.account.*`, or `*`. */
  readonly value: readonly string[];
  readonly onChange: (events: string[]) => void;
  readonly error: string | null;
}

/** Which records, and what happens to them: a line for each model, a column for each action. */
export function RecordEventsField({ recordTypes, value, onChange, error }: Props) {
  const [filter, setFilter] = useState('');
  // Kept beside the events: what was ticked comes back when "Everything" is taken back.
  const [ticked, setTicked] = useState<RecordChoice | null>(null);
  const choice = ticked ?? readChoice(value, recordTypes);
  const choose = (part: Partial<RecordChoice>) => {
    const next = { ...choice, ...part };
    setTicked(next);
    onChange(eventsOf(next));
  };
  const shown = recordTypes.filter((type) => typeOf(type).includes(filter.trim().toLowerCase()));
  const set = (names: readonly string[], wanted: boolean) => {
    const chosen = new Set(choice.chosen);
    for (const name of names) wanted ? chosen.add(name) : chosen.delete(name);
    choose({ chosen });
  };
  return (
    <Input.Wrapper labelElement="div" label="Events" error={error} required>
      <Stack gap="xs" mt={4}>
        <Checkbox
          label="Everything, also what is added later"
          checked={choice.everything}
          onChange={(event) => choose({ everything: event.currentTarget.checked })}
        />
        {!choice.everything && recordTypes.length > fewEnough && (
          <TextInput
            aria-label="Find a model"
            placeholder="Find a model"
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
        )}
        {!choice.everything && (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of one kind
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          <div className="event-choice" role="group" aria-label="Events of records" tabIndex={0}>
            <Table verticalSpacing={6} fz="sm" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Record</Table.Th>
                  {recordActions.map((action) => (
                    <Table.Th key={action} style={{ textTransform: 'capitalize' }}>
                      {action}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {shown.map((type) => {
                  const called = typeOf(type);
                  const names = namesOf(called);
                  const count = names.filter((name) => choice.chosen.has(name)).length;
                  return (
                    <Table.Tr key={called}>
                      <Table.Td>
                        <Checkbox
                          label={<span className="mono">{called}</span>}
                          aria-label={`Every change of ${called}`}
                          checked={count === names.length}
                          indeterminate={count > 0 && count < names.length}
                          onChange={(event) => set(names, event.currentTarget.checked)}
                        />
                      </Table.Td>
                      {names.map((name) => (
                        <Table.Td key={name}>
                          <Checkbox
                            aria-label={name}
                            checked={choice.chosen.has(name)}
                            onChange={(event) => set([name], event.currentTarget.checked)}
                          />
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
            {shown.length === 0 && (
              <Quiet p="sm">
                {recordTypes.length === 0 ? 'There are no kinds of records yet.' : 'No model is called that.'}
              </Quiet>
            )}
          </div>
        )}
        {!choice.everything && choice.others.length > 0 && (
          <TagsInput
            label="Besides"
            description="Event types of other kinds, and prefixes such as review.*"
            value={[...choice.others]}
            onChange={(others) => choose({ others })}
          />
        )}
      </Stack>
    </Input.Wrapper>
  );
}
