/** Rows of tables of the ledger, streamed: whatever their number, a few thousand are in memory. */

import type { StreamDefinition } from '../../streams/types.ts';
import type { SqlParameters } from '../sql.ts';
import type { ReadContext } from '../types.ts';
import type { ExportColumn, ExportRow, ExportTable, ExportType } from './types.ts';

/** A column with its SQL; without it, the column of the same name. */
export interface SqlColumn extends ExportColumn {
  sql?: string;
}

/** SQL that gives a cell as the text that all formats start from. */
function cellSql({ name, type, sql = name }: SqlColumn): string {
  if (type === 'instant') return `concat(replaceOne(toString(${sql}), ' ', 'T'), 'Z')`;
  if (type === 'boolean') return `if(${sql}, 'true', 'false')`;
  if (type === 'json') return `toJSONString(${sql})`;
  return `toString(${sql})`;
}

/** Rows of `SELECT columns FROM from ORDER BY orderBy`. */
export async function* sqlRows(
  read: ReadContext,
  columns: readonly SqlColumn[],
  from: string,
  orderBy: string,
  parameters: SqlParameters = {},
): AsyncGenerator<ExportRow> {
  const result = await read.engines.clickhouse.client(read.database).query({
    query: `SELECT ${columns.map(cellSql).join(', ')} FROM ${from} ORDER BY ${orderBy}`,
    query_params: { seq: read.seq, ...parameters },
    format: 'JSONCompactEachRow',
    // Exports take as long as they take; what does not fit into memory is sorted on disk.
    clickhouse_settings: { max_execution_time: 0 },
  });
  const stream = result.stream<ExportRow>();
  for await (const rows of stream) for (const row of rows) yield row.json() as ExportRow;
}

const EXPORT_TYPES: Record<string, ExportType> = {
  decimal: 'decimal',
  cents: 'integer',
  integer: 'integer',
  date: 'date',
  datetime: 'instant',
  boolean: 'boolean',
};

/** The records of a stream as they stand: neither superseded nor deleted. In the order in which they were stated. */
export function recordTable(stream: StreamDefinition): ExportTable {
  const columns: SqlColumn[] = [
    { name: 'source', type: 'text' },
    ...stream.columns.map(({ name, type }) => ({ name, type: EXPORT_TYPES[type] ?? ('text' as const) })),
    ...(stream.attributes ? [{ name: 'attributes', type: 'json' as const }] : []),
    { name: 'origin_seq', type: 'integer' },
    { name: 'origin_row', type: 'integer' },
  ];
  const { name } = stream;
  return {
    name,
    title: stream.title,
    book: stream.book,
    columns: columns.map(withoutSql),
    rows: (read) =>
      sqlRows(
        read,
        columns,
        `${name}
         WHERE sign = 1 AND seq <= {seq:UInt64}
           AND (origin_seq, origin_row) NOT IN (
             SELECT origin_seq, origin_row FROM ${name} WHERE sign = -1 AND seq <= {seq:UInt64}
           )`,
        'origin_seq, origin_row',
      ),
  };
}

/**
 * The postings of a table as they stand: reversals and what they reverse are left out. `signed` columns are those that a reversal
 * repeats with their sign turned; `identity` are the columns that tell two postings of one record apart.
 */
export function standing(table: string, columns: readonly string[], signed: ReadonlySet<string> = new Set()): string {
  const selected = columns.map((column) => (signed.has(column) ? `${column} * sign AS ${column}` : column)).join(', ');
  const reversed = `SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq <= {seq:UInt64}`;
  const of = (condition: string) =>
    `SELECT ${selected}, sum(sign) AS net
     FROM (SELECT * FROM ${table} WHERE seq <= {seq:UInt64} AND (origin_seq, origin_row) ${condition} (${reversed}))
     GROUP BY ALL
     HAVING net > 0`;
  const plain = `SELECT ${selected}, 1 AS net
     FROM (SELECT * FROM ${table} WHERE seq <= {seq:UInt64} AND (origin_seq, origin_row) NOT IN (${reversed}))`;
  return `(${plain} UNION ALL ${of('IN')})`;
}

export const withoutSql = ({ name, type }: SqlColumn): ExportColumn => ({ name, type });
