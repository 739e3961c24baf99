import { Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { counted } from '../text/words.ts';
import type { FieldChange, RecordChange } from './record-change.ts';
import './records.css';

type Kind = 'added' | 'removed' | 'changed' | 'same';

const signs: Readonly<Record<Kind, string>> = { added: '+', removed: '−', changed: '±', same: '' };
const titles: Readonly<Record<RecordChange['action'], string>> = {
  create: 'was created',
  update: 'was changed',
  delete: 'was deleted',
};

/** A record before and after, side by side, the fields that changed first. Everything is text as it was sent. */
export function ChangeView({ change }: { change: RecordChange }) {
  const { type, action } = change;
  const changed = change.fields.filter((field) => kindOf(field) !== 'same');
  const same = change.fields.filter((field) => kindOf(field) === 'same');
  const [all, { toggle }] = useDisclosure(false);
  return (
    <div className="record-change">
      <Group justify="space-between" gap="xs" px="sm" py={6}>
        <Text fz="sm">
          <b className="mono">{type}</b> {titles[action]}
          {action === 'update' && `: ${counted(changed.length, 'field')}`}
        </Text>
        {same.length > 0 && (
          <Button variant="subtle" size="compact-xs" onClick={toggle} aria-expanded={all}>
            {all ? 'Only what changed' : `${counted(same.length, 'field')} unchanged`}
          </Button>
        )}
      </Group>
      <Table layout="fixed" verticalSpacing={6} fz="sm" withRowBorders>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="28%">Field</Table.Th>
            <Table.Th>Before</Table.Th>
            <Table.Th>After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...changed, ...(all ? same : [])].map((field) => (
            <FieldRow key={field.field} change={field} kind={kindOf(field)} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function FieldRow({ change: { field, before, after }, kind }: { change: FieldChange; kind: Kind }) {
  return (
    <Table.Tr className={`change-${kind}`}>
      <Table.Th scope="row" className="mono">
        <span className="change-sign" aria-hidden="true">
          {signs[kind]}
        </span>
        {field} <VisuallyHidden>({kind})</VisuallyHidden>
      </Table.Th>
      <Table.Td>
        <Value text={before} className="change-before" />
      </Table.Td>
      <Table.Td>
        <Value text={after} className="change-after" />
      </Table.Td>
    </Table.Tr>
  );
}

function Value({ text, className }: { text: string | null; className: string }) {
  if (text === null)
    return (
      <Text fz="xs" c="dimmed" component="span">
        none
      </Text>
    );
  return <code className={`change-value ${className}`}>{text}</code>;
}

function kindOf({ before, after }: FieldChange): Kind {
  if (before === after) return 'same';
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}
