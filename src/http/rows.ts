/** JSON Schema of a stream's rows, as OpenAPI shows it. Rows themselves are validated by the streams, the same way as files. */
import { Type } from 'typebox';
import type { ColumnDefinition, StreamDefinition } from '../streams/types.ts';

export function rowSchema(stream: StreamDefinition) {
  const properties: Record<string, Type.TSchema> = {};
  for (const column of stream.columns) {
    const schema = valueSchema(column);
    properties[column.name] = column.required && column.default === undefined ? schema : Type.Optional(schema);
  }
  return Type.Object(properties, {
    title: stream.title,
    description: `Key: ${stream.key.join(', ')}.${stream.attributes ? ' Any `attributes.*` may be added.' : ''}`,
  });
}

/** The columns that make a stream's key, as query parameters. */
export function keyParameters(stream: StreamDefinition): Record<string, Type.TSchema> {
  return Object.fromEntries(
    stream.key.map((name) => {
      const column = stream.columns.find((candidate) => candidate.name === name);
      return [name, Type.Optional(Type.String({ maxLength: 1_000, description: column?.description ?? name }))];
    }),
  );
}

function valueSchema(column: ColumnDefinition): Type.TSchema {
  const about = { description: column.description, examples: [column.example] };
  switch (column.type) {
    case 'decimal':
    case 'cents':
    case 'integer':
      return Type.Union([Type.String(), Type.Number()], about);
    case 'boolean':
      return Type.Union([Type.Boolean(), Type.String()], about);
    case 'enum':
      return column.unknown === 'keep' ? Type.String(about) : Type.Enum([...(column.values ?? [])], about);
    default:
      return Type.String(about);
  }
}
