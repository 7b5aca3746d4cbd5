/** Tables as CSV on the clipboard, with the exact values and not what is shown. */
const needsQuotes = /[",\r\n]/;

export function toCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** The clipboard of browsers works on secure origins only; elsewhere the older way is taken. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
