/** Parquet, row group by row group. Integers are INT64, days DATE, instants TIMESTAMP in milliseconds (UTC); decimals are text, every digit kept. */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { dayNumber } from '../../kernel/dates.ts';
import type { ExportColumn, ExportRow, ExportType } from './types.ts';

/** Rows of one group: what is in memory at once. */
const GROUP_ROWS = 20_000;

const ELEMENTS: Record<ExportType, Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  decimal: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

export async function* parquet(
  columns: readonly ExportColumn[],
  rows: AsyncIterable<ExportRow>,
): AsyncGenerator<Uint8Array> {
  const sink = new Sink();
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, ...ELEMENTS[type], repetition_type: 'OPTIONAL' as const })),
  ];
  const writer = new ParquetWriter({ writer: sink.bytes, schema, createdBy: 'footing' });
  const write = async (group: readonly ExportRow[]) => {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: group.map((row) => value(row[i] ?? null, type)),
    }));
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
  };
  let group: ExportRow[] = [];
  let written = false;
  for await (const row of rows) {
    group.push(row);
    if (group.length < GROUP_ROWS) continue;
    await write(group);
    written = true;
    group = [];
    yield sink.take();
  }
  if (group.length > 0 || !written) await write(group);
  await writer.finish();
  yield sink.take();
}

function value(cell: string | null, type: ExportType): unknown {
  if (cell === null) return null;
  switch (type) {
    case 'integer':
      return BigInt(cell);
    case 'boolean':
      return cell === 'true';
    case 'date':
      return new Date(dayNumber(cell) * 86_400_000);
    case 'instant':
      return new Date(cell);
    default:
      return cell;
  }
}

/** What the library writes into; its bytes are taken out as they come, its count of them goes on. */
class Sink {
  readonly bytes = new ByteWriter();

  take(): Uint8Array {
    const { bytes } = this;
    const taken = new Uint8Array(bytes.buffer.slice(0, bytes.index));
    bytes.index = 0;
    return taken;
  }
}
