/** Records found by their keys: conditions for ClickHouse, through key_hash. */
import { parseRows } from '../streams/index.ts';
import type { StreamDefinition } from '../streams/types.ts';

/** Types of key columns whose values are stored as the text that they are. */
export const KEY_TYPES_NAMED: readonly string[] = ['text', 'enum', 'currency', 'country'];

/** A condition that holds for the records of one source with the given keys, found through key_hash. */
export function keyCondition(
  definition: StreamDefinition,
  source: string,
  keys: ReadonlyArray<Record<string, string>>,
): { condition: string; parameters: Record<string, unknown> } {
  const { condition, parameters } = keyParts(definition, source, keys);
  return { condition, parameters };
}

function keyParts(definition: StreamDefinition, source: string, keys: ReadonlyArray<Record<string, string>>) {
  const names = definition.key;
  const columns = names.map((name) => definition.columns.find((column) => column.name === name)!);
  const canonical = columns.every(({ type }) => KEY_TYPES_NAMED.includes(type))
    ? keys
    : keys.map((key) => canonicalKey(definition, key));
  const arrays = names.map((name) => arrayLiteral(canonical.map((key) => key[name] ?? ''))).join(', ');
  // As the table has them: the hash of an instant is not that of its text. What is no value of the type is equal to none.
  const elements = columns.map(({ type }, i) => typedKey(type, `tupleElement(wanted, ${i + 1})`)).join(', ');
  const parameters: Record<string, unknown> = { key_source: source };
  return {
    arrays,
    elements,
    condition: `source = {key_source:String}
       AND key_hash IN (
         SELECT cityHash64({key_source:String}, ${elements})
         FROM (SELECT arrayJoin(arrayZip(${arrays})) AS wanted)
       )
       AND (${names.join(', ')}) IN (SELECT ${elements} FROM (SELECT arrayJoin(arrayZip(${arrays})) AS wanted))`,
    parameters,
  };
}

/** Which of some keys (by their places, from 0) no record has as of {seq}. */
export function unknownKeysSql(
  definition: StreamDefinition,
  source: string,
  keys: ReadonlyArray<Record<string, string>>,
): { sql: string; parameters: Record<string, unknown> } {
  const names = definition.key;
  const { condition, parameters, arrays, elements } = keyParts(definition, source, keys);
  return {
    sql: `SELECT tupleElement(wanted, ${names.length + 1}) AS place
          FROM (SELECT arrayJoin(arrayZip(${arrays}, range(${keys.length}))) AS wanted)
          WHERE (${elements}) NOT IN (
            SELECT ${names.join(', ')}
            FROM ${definition.name}
            WHERE sign = 1
              AND seq <= {seq:UInt64}
              AND ${condition}
              AND (origin_seq, origin_row) NOT IN (
                SELECT origin_seq, origin_row
                FROM ${definition.name}
                WHERE sign = -1 AND seq <= {seq:UInt64} AND ${condition}
              )
          )
          ORDER BY place`,
    parameters,
  };
}

/** The key with dates, instants and numbers as the stream writes them; what the stream does not take stays as it is. */
function canonicalKey(definition: StreamDefinition, key: Record<string, string>): Record<string, string> {
  const [parsed] = parseRows(definition, [key]);
  const read = definition.key.map((name) => [name, String(parsed?.row.values[name] ?? key[name] ?? '')]);
  return Object.fromEntries(read) as Record<string, string>;
}

function typedKey(type: string, text: string): string {
  if (type === 'date') return `toDate32OrNull(${text})`;
  if (type === 'datetime') return `parseDateTime64BestEffortOrNull(${text}, 3, 'UTC')`;
  if (type === 'integer' || type === 'cents') return `toInt64OrNull(${text})`;
  if (type === 'decimal') return `toDecimal128OrNull(${text}, 12)`;
  if (type === 'boolean') return `toBool(${text})`;
  return text;
}

/** ['a', 'it\\'s'] */
const arrayLiteral = (values: readonly string[]): string => `[${values.map(textLiteral).join(', ')}]`;

export const textLiteral = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`;
