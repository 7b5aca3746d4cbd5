import { count } from './words.ts';

export const exportPage = {
  title: 'Exports',
  note: 'Every table as a file, as of an entry of the journal. The same entry gives the same bytes.',
  options: 'What the files hold',
  optionsNote: 'Months, interval and currency are for the reports; records are given whole, as they stand.',
  format: 'Format',
  formats: { csv: 'CSV', ndjson: 'NDJSON', parquet: 'Parquet', xlsx: 'Excel (XLSX)' } as Record<string, string>,
  interval: 'Interval',
  currency: 'Currency',
  ownCurrency: 'that of the account',
  table: 'Table',
  columns: 'Columns',
  file: 'File',
  holds: (columns: number) => count(columns, 'column', 'columns'),
  download: 'Download',
  downloadOf: (table: string, format: string) => `Download ${table} as ${format}`,
  command: 'Copy command',
  commandOf: (table: string) => `Copy the command that downloads ${table}`,
  commandNote:
    'A download passes through the memory of the browser. For millions of rows copy the command: it writes to the disk, and takes the key from $FOOTING_KEY.',
  books: { revenue: 'Revenue book', carbon: 'Carbon book' } as Record<string, string>,
  saved: (file: string) => `${file} is in your downloads.`,
};
