import { stripVTControlCharacters } from 'node:util';
import type { Paint } from './paint.ts';

/** Columns as wide as their widest cell, two spaces apart. Cells may be painted. */
export function renderTable(
  paint: Paint,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columnWidths([head, ...rows]);
  const lines = rows.map((row) => alignedRow(row, widths));
  return `${[paint('dim', alignedRow(head, widths)), ...lines].join('\n')}\n`;
}

export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ''))),
  );
}

export function alignedRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell))))
    .join('  ')
    .trimEnd();
}

/** Names and values, one on each line. */
export function renderFields(paint: Paint, fields: readonly (readonly [string, string])[]): string {
  const widths = columnWidths(fields.map(([name]) => [name]));
  return fields
    .map(([name, value]) => `${paint('dim', alignedRow([name], widths).padEnd(widths[0] ?? 0))}  ${value}\n`)
    .join('');
}

function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
