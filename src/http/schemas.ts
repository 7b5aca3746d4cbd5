/** The shapes of requests and answers, in JSON Schema: what is validated is what OpenAPI shows. */
import { Type } from 'typebox';
import { Nullable, Seq } from '../kernel/shapes.ts';
import { LIMITS } from './limits.ts';
import { PROBLEM_CODES } from './problems.ts';

export { Day, Nullable, Seq } from '../kernel/shapes.ts';

const strict = { additionalProperties: false } as const;

export const Instant = Type.String({ description: 'RFC 3339, UTC', examples: ['2025-03-01T12:00:00.000Z'] });
export const Month = Type.String({
  pattern: '^\\d{4}-\\d{2}$',
  description: 'Month, inclusive',
  examples: ['2025-01'],
});
export const DecimalText = Type.String({ description: 'An exact decimal, as text', examples: ['1234.50'] });
const Text = (charactersMax: number, description: string) =>
  Type.String({ minLength: 1, maxLength: charactersMax, description });

export const Slug = Type.String({
  pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  description: 'Lower-case letters, digits and hyphens',
  examples: ['aldermoor'],
});
export const SourceName = Text(200, 'Data source that the rows belong to');
export const AsOf = Type.Optional(
  Type.Integer({ minimum: 0, description: 'Answer as of this journal entry; default: the last' }),
);
export const Page = {
  limit: Type.Integer({ minimum: 1, maximum: LIMITS.pageRowsMax, default: LIMITS.pageRowsDefault }),
  cursor: Type.Optional(Type.String({ description: '`next` of the page before' })),
};
export const Next = Nullable(Type.String({ description: 'Cursor of the next page; null on the last one' }));

export const ProblemItem = Type.Object(
  {
    field: Type.Optional(Type.String({ description: 'Field, column or JSON pointer' })),
    value: Type.Optional(Type.String({ description: 'What stood there' })),
    row: Type.Optional(Type.Integer({ description: 'Row, 1 for the first row of data' })),
    reason: Type.String(),
    remedy: Type.Optional(Type.String()),
  },
  strict,
);

export const FilePreviewSchema = Type.Object(
  {
    headers: Type.Array(Type.String()),
    rows: Type.Array(Type.Array(Type.String({ description: 'At most 200 characters' })), {
      description: 'The first rows as they are read, cells in the order of the headers',
    }),
  },
  strict,
);

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Reference to a description of this kind of problem' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Nullable(Type.String()),
    code: Type.Enum(Object.keys(PROBLEM_CODES)),
    remedy: Nullable(Type.String({ description: 'What to do about it' })),
    problems: Type.Array(ProblemItem),
    file: Type.Optional(FilePreviewSchema),
  },
  { ...strict, description: 'Problem document, RFC 9457; `file` where the header of a file does not fit' },
);

export const AccountSchema = Type.Object(
  {
    slug: Slug,
    name: Type.String(),
    currency: Type.String({ description: 'Currency of the statements, ISO 4217' }),
    time_zone: Type.String(),
    created_at: Instant,
  },
  strict,
);

export const AccountInput = Type.Object(
  {
    slug: Slug,
    name: Text(200, 'Name of the company'),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217; default EUR' })),
    time_zone: Type.Optional(Text(60, 'IANA time zone; default UTC')),
  },
  strict,
);

export const EntrySummary = {
  seq: Seq,
  kind: Type.String({ examples: ['records.import'] }),
  actor: Type.String({ description: 'Who stated it' }),
  actor_name: Nullable(Type.String({ description: 'Name of the key by which it was stated' })),
  recorded_at: Instant,
  stream: Nullable(Type.String({ description: 'Kind of the records that it states, if it states records' })),
  file_name: Nullable(Type.String({ description: 'Name of the file that was handed in' })),
  evidence: Nullable(Type.String({ description: 'SHA-256 of the file that was handed in' })),
  idempotency_key: Nullable(Type.String()),
  payload_hash: Type.String(),
  previous_hash: Type.String(),
  hash: Type.String(),
};
export const EntrySummarySchema = Type.Object(EntrySummary, strict);
export const EntrySchema = Type.Object({ ...EntrySummary, payload: Type.Unknown() }, strict);

export const CountsSchema = Type.Object(
  { rows: Type.Integer(), accepted: Type.Integer(), rejected: Type.Integer() },
  strict,
);
export const RejectedRowSchema = Type.Object(
  {
    row: Type.Integer({ description: 'Row in the file, 1 for the first row of data' }),
    cells: Type.Record(Type.String(), Type.String(), { description: 'The row as it stands in the file' }),
    problems: Type.Array(
      Type.Object(
        {
          column: Type.String(),
          value: Type.String(),
          reason: Type.String(),
          remedy: Type.Optional(Type.String()),
        },
        strict,
      ),
    ),
  },
  strict,
);
export const ProgressSchema = Type.Object(
  {
    stage: Type.String(),
    rows: Type.Integer(),
    rows_total: Nullable(Type.Integer()),
    bytes: Type.Integer(),
    bytes_total: Nullable(Type.Integer()),
  },
  strict,
);
export const ImportSchema = Type.Object(
  {
    seq: Seq,
    stream: Type.String(),
    source: Type.String(),
    file_name: Type.String(),
    evidence: Type.String({ description: 'SHA-256 of the file' }),
    bytes: Type.Integer(),
    recorded_at: Instant,
    actor: Type.String(),
    state: Type.Enum(['queued', 'loading', 'posted', 'failed']),
    progress: Nullable(ProgressSchema),
    counts: Nullable(
      Type.Object(
        {
          rows: Type.Integer(),
          accepted: Type.Integer(),
          rejected: Type.Integer(),
          superseded: Type.Integer({ description: 'Earlier records that these rows replace' }),
        },
        strict,
      ),
    ),
    error: Nullable(Type.String()),
    rejected: Type.Array(RejectedRowSchema, { description: 'The first rejected rows; rejects.csv has all of them' }),
  },
  strict,
);
export const ReadOptionsSchema = Type.Object(
  {
    format: Type.String(),
    compression: Type.String(),
    encoding: Type.String(),
    delimiter: Type.String(),
    quote: Type.String(),
    decimal: Type.String(),
    date_order: Type.String(),
    amounts: Nullable(
      Type.String({ description: 'cents or units; null where the stream has no amounts in minor units' }),
    ),
    sheet: Nullable(Type.String()),
    mapping: Type.Record(Type.String(), Nullable(Type.String())),
  },
  { ...strict, description: 'How the file was read' },
);
const Notes = Type.Array(Type.String(), {
  description: 'What was assumed about the file and what is odd in its header',
});
export const StatedImportSchema = Type.Object(
  {
    outcome: Type.Enum(['stated', 'already'], {
      description: 'already: this file was imported before in the same way, and nothing changes',
    }),
    import: ImportSchema,
    options: Type.Optional(ReadOptionsSchema),
    notes: Type.Optional(Notes),
  },
  strict,
);
export const DryRunSchema = Type.Object(
  {
    outcome: Type.Enum(['dry-run']),
    counts: Type.Object(
      {
        rows: Type.Integer(),
        accepted: Type.Integer(),
        rejected: Type.Integer(),
        superseded: Type.Integer({
          description: 'Earlier records, or rows of the file, that later ones would supersede',
        }),
      },
      strict,
    ),
    rejected: Type.Array(RejectedRowSchema),
    held: Type.Union(
      [
        Type.Object(
          {
            rows: Type.Integer(),
            reasons: Type.Array(
              Type.Object(
                {
                  reason: Type.String(),
                  words: Type.String(),
                  rows: Type.Integer(),
                  examples: Type.Array(Type.String(), { description: 'Some of the activities' }),
                },
                strict,
              ),
            ),
            not_told: Type.Integer({ description: 'Rows for a calculation method: it shows when they are calculated' }),
          },
          strict,
        ),
        Type.Null(),
      ],
      { description: 'Good rows that would be held back, in no total; null where the stream holds none back' },
    ),
    options: ReadOptionsSchema,
    notes: Notes,
    preview: FilePreviewSchema,
  },
  strict,
);

export const StatedSchema = Type.Object(
  {
    seq: Seq,
    hash: Type.String({ description: 'Hash of the entry; it covers all entries before it' }),
    recorded_at: Instant,
    rows: Type.Integer({ description: 'Rows of the request' }),
  },
  { ...strict, description: 'The journal entry that holds what was stated' },
);

export const RoleSchema = Type.Enum(['read', 'write', 'admin']);
export const KeySchema = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: RoleSchema,
    created_at: Instant,
    created_by: Type.String(),
    revoked_at: Nullable(Instant),
  },
  strict,
);
export const KeyInput = Type.Object(
  { name: Text(200, 'What the key is for'), role: Type.Optional(RoleSchema) },
  { ...strict, description: 'Role: read, write (default) or admin' },
);
export const NewKeySchema = Type.Object(
  { key: KeySchema, secret: Type.String({ description: 'The key itself. It is shown this once and never again.' }) },
  strict,
);

export const JobSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['verify', 'rebuild']),
    state: Type.Enum(['running', 'done', 'failed']),
    started_at: Instant,
    finished_at: Nullable(Instant),
    progress: Nullable(
      Type.Object({ stage: Type.String(), done: Type.Integer(), total: Nullable(Type.Integer()) }, strict),
    ),
    result: Type.Unknown(),
    problem: Nullable(ProblemSchema),
  },
  strict,
);

export const ExplanationSchema = Type.Object(
  {
    kind: Type.String(),
    ref: Nullable(Type.String({ description: 'Can be explained in turn' })),
    title: Type.String(),
    value: Nullable(DecimalText),
    unit: Nullable(Type.String()),
    words: Nullable(Type.String({ description: 'The rule that decided' })),
    facts: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 })),
    children: Type.Array(Type.Unknown(), { description: 'Steps of the same shape' }),
    children_total: Type.Integer(),
  },
  { ...strict, description: 'One step of the walk from a figure to its source' },
);

/** Answers that every route may give besides its own. */
export const problemAnswers = {
  '4xx': { description: 'Problem document', content: { 'application/problem+json': { schema: ProblemSchema } } },
  '5xx': { description: 'Problem document', content: { 'application/problem+json': { schema: ProblemSchema } } },
};
