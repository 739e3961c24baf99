import { Checkbox, Input, Stack, Table, TagsInput, TextInput } from '@mantine/core';
import type { RecordType } from '@sluice/client';
import { type ReactNode, useState } from 'react';
import { Quiet } from '../blocks/quiet.tsx';
import { capitalized } from '../text/words.ts';
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
          <RecordTable types={shown} chosen={choice.chosen} onChange={(chosen) => choose({ chosen })}>
            {shown.length === 0 && (
              <Quiet p="sm">
                {recordTypes.length === 0 ? 'There are no kinds of records yet.' : 'No model is called that.'}
              </Quiet>
            )}
          </RecordTable>
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

interface TableProps {
  readonly types: readonly RecordType[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  readonly children: ReactNode;
}

function RecordTable({ types, chosen, onChange, children }: TableProps) {
  const set = (names: readonly string[], wanted: boolean) => {
    const next = new Set(chosen);
    for (const name of names) wanted ? next.add(name) : next.delete(name);
    onChange(next);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of one kind
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div className="event-choice" role="group" aria-label="Events of records" tabIndex={0}>
      <Table verticalSpacing={6} fz="sm" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {['Record', ...recordActions].map((head) => (
              <Table.Th key={head}>{capitalized(head)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {types.map((type) => {
            const called = typeOf(type);
            const names = namesOf(called);
            const count = names.filter((name) => chosen.has(name)).length;
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
                      checked={chosen.has(name)}
                      onChange={(event) => set([name], event.currentTarget.checked)}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      {children}
    </div>
  );
}
