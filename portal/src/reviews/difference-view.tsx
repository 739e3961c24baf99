import { Box, Table, VisuallyHidden } from '@mantine/core';
import { diffLines } from 'diff';

interface Line {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
  readonly number: number;
}

/** What a revision changed, line by line: colour, a sign and words for those who see neither. */
export function DifferenceView({ before, after }: { before: string; after: string }) {
  const lines = differ(before, after);
  return (
    <Box
      className="difference"
      tabIndex={0}
      role="region"
      aria-label="Difference between original and revision"
    >
      <Table withRowBorders={false} verticalSpacing={0}>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.number} className={`difference-${line.kind}`}>
              <Table.Td w={24} aria-hidden="true">
                {line.kind === 'added' ? '+' : line.kind === 'removed' ? '−' : ''}
              </Table.Td>
              <Table.Td>
                <VisuallyHidden>{line.kind === 'same' ? '' : `${line.kind}: `}</VisuallyHidden>
                <code>{line.text === '' ? ' ' : line.text}</code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function differ(before: string, after: string): Line[] {
  const changes = diffLines(before, after);
  const lines = changes.flatMap((change) => {
    const kind: Line['kind'] = change.added ? 'added' : change.removed ? 'removed' : 'same';
    return change.value
      .replace(/\n$/, '')
      .split('\n')
      .map((text) => ({ kind, text }));
  });
  return lines.map((line, number) => ({ ...line, number }));
}
