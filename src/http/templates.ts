import type { StreamDefinition } from '../streams/types.ts';

/** Header and one example row, CSV. */
export function csvTemplate(stream: StreamDefinition): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (cells: string[]) => `${cells.map(cell).join(',')}\r\n`;
  return line(stream.columns.map((column) => column.name)) + line(stream.columns.map((column) => column.example));
}
