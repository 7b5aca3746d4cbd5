/** What can be stated: the streams, their columns, their templates. */
import { Type } from 'typebox';
import { FootingError } from '../../kernel/errors.ts';
import { csvTemplate, describe, type StreamDefinition } from '../../streams/index.ts';
import type { HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;

const ColumnSchema = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    required: Type.Boolean(),
    key: Type.Boolean(),
    takes: Type.String({ description: 'What may stand there, in words' }),
    default: Nullable(Type.String()),
    aliases: Type.Array(Type.String(), { description: 'Other headers that mean this column' }),
    description: Type.String(),
    example: Type.String(),
  },
  strict,
);

const StreamSchema = Type.Object(
  {
    name: Type.String(),
    book: Type.Enum(['revenue', 'carbon']),
    title: Type.String(),
    key: Type.Array(Type.String()),
    attributes: Type.Boolean({ description: 'Whether columns `attributes.*` may be added' }),
    columns: Type.Array(ColumnSchema),
    rules: Type.Array(Type.String(), { description: 'What holds between columns' }),
  },
  strict,
);

const StreamParams = Type.Object({ name: Type.String({ maxLength: 100 }) });

export function streamRoutes(app: Scope, context: HttpContext): void {
  const { streams } = context.footing;

  app.get(
    '/api/streams',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.streams],
        summary: 'The kinds of records',
        response: { 200: Type.Object({ streams: Type.Array(StreamSchema) }, strict), ...problemAnswers },
      },
    },
    async () => ({ streams: streams.map(streamView) }),
  );

  app.get(
    '/api/streams/:name',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.streams],
        summary: 'One kind of record with its columns',
        params: StreamParams,
        response: { 200: StreamSchema, ...problemAnswers },
      },
    },
    async (request) => streamView(streamNamed(streams, request.params.name)),
  );

  app.get(
    '/api/streams/:name/template.csv',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.streams],
        summary: 'A CSV file to begin with: the header and an example row',
        produces: ['text/csv'],
        params: StreamParams,
      },
    },
    async (request, reply) => {
      const stream = streamNamed(streams, request.params.name);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${stream.name}.csv"`)
        .send(csvTemplate(stream));
    },
  );
}

export function streamNamed(streams: readonly StreamDefinition[], name: string): StreamDefinition {
  const stream = streams.find((candidate) => candidate.name === name);
  if (stream) return stream;
  throw new FootingError('not_found', 'There is no stream of this name.', {
    remedy: `The streams are ${streams.map((candidate) => candidate.name).join(', ')}.`,
  });
}

function streamView(stream: StreamDefinition) {
  const { name, title, key, columns, attributes, rules } = describe(stream);
  return {
    name,
    book: stream.book,
    title,
    key: [...key],
    attributes,
    rules,
    columns: columns.map((column) => ({ ...column, aliases: [...column.aliases] })),
  };
}
