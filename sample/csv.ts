/** A table as CSV by RFC 4180 with line feeds: first the header, cells quoted only where they must be. */
export function csv(header: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
  const lines = [header.join(',')];
  for (const row of rows) lines.push(row.map(cell).join(','));
  return `${lines.join('\n')}\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
