/**
 * What a record and an entry of the journal are made of, for records of every stream alike. References:
 *
 *     record/<stream>/<origin seq>.<origin row>      a record, by where it was stated
 *     record/<stream>?source=…&<column of the key>=…  the record that stands under a key; the source `default` need not be said
 *     entry/<seq>                                    an entry of the journal
 */
import { emissionLines } from '../carbon/index.ts';
import type { Footing } from '../footing.ts';
import type { Json } from '../journal/types.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import { DEFAULT_SOURCE, select } from '../ledger/index.ts';
import type { ExplanationNode, ReadContext, RecordSource } from '../ledger/types.ts';
import type { StreamDefinition } from '../streams/index.ts';

export const isRecordRef = (ref: string): boolean => /^(record|entry)\//.test(ref);

/** More than the months of any bill. */
const LINES_LISTED_MAX = 200;

type Fact = [label: string, value: string];

/** The book whose ledger holds what the reference names. Error `not_found` for a stream that there is not. */
export function bookOfRecordRef(footing: Footing, ref: string): StreamDefinition['book'] {
  return ref.startsWith('entry/') ? 'revenue' : streamOf(footing, ref).book;
}

/** Explains one reference. Errors: `not_found` for one of another form, or to something that is not there as of read.seq. */
export async function explainRecord(footing: Footing, read: ReadContext, ref: string): Promise<ExplanationNode> {
  const entry = /^entry\/(\d{1,15})$/.exec(ref);
  if (entry) return explainEntry(footing, read, Number(entry[1]));
  const stream = streamOf(footing, ref);
  const origin = /^record\/[a-z_]+\/(\d{1,15})\.(\d{1,10})$/.exec(ref);
  if (origin) {
    const [seq, row] = [Number(origin[1]), Number(origin[2])];
    return recordNode(footing, read, stream, ref, seq, row, await keyAt(read, stream, seq, row));
  }
  const row = await recordByKey(footing, read, stream, new URLSearchParams(ref.split('?').slice(1).join('?')));
  if (row === undefined) throw nothing(ref);
  const key = stream.key.map((name) => String(row[name] ?? ''));
  return recordNode(footing, read, stream, ref, Number(row.origin_seq), Number(row.origin_row), key);
}

/** The key of the record that was stated there; undefined when there is none, such as a rejected row. */
async function keyAt(read: ReadContext, stream: StreamDefinition, originSeq: number, originRow: number) {
  const [found] = await select<Record<string, Json>>(
    read.engines,
    read.database,
    `SELECT ${stream.key.join(', ')}
     FROM ${stream.name}
     WHERE origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32} AND sign = 1
     LIMIT 1`,
    { origin_seq: originSeq, origin_row: originRow },
  );
  return found && stream.key.map((name) => String(found[name] ?? ''));
}

/** The record that stands under a key: of the source that is named, or else of the default one, or of any that has it. */
async function recordByKey(footing: Footing, read: ReadContext, stream: StreamDefinition, given: URLSearchParams) {
  const key = Object.fromEntries(stream.key.map((name) => [name, given.get(name) ?? '']));
  const named = given.get('source');
  const standing = async (source: string) =>
    (await footing.records.list(read, { stream: stream.name, source, key, limit: 1 })).rows[0];
  const first = await standing(named ?? DEFAULT_SOURCE);
  if (first !== undefined || named !== null) return first;
  const others = await select<{ source: string }>(
    read.engines,
    read.database,
    `SELECT DISTINCT source
     FROM ${stream.name}
     WHERE seq <= {seq:UInt64} AND ${stream.key.map((name, i) => `${name} = {key_${i}:String}`).join(' AND ')}
     ORDER BY source`,
    { seq: read.seq, ...Object.fromEntries(stream.key.map((name, i) => [`key_${i}`, key[name] ?? ''])) },
  );
  for (const { source } of others) {
    const found = await standing(source);
    if (found !== undefined) return found;
  }
  return undefined;
}

function streamOf(footing: Footing, ref: string): StreamDefinition {
  const name = /^record\/([a-z_]+)[/?]/.exec(ref)?.[1];
  const stream = footing.streams.find((each) => each.name === name && each.kept === 'record');
  if (stream === undefined) throw nothing(ref);
  return stream;
}

async function recordNode(
  footing: Footing,
  read: ReadContext,
  stream: StreamDefinition,
  ref: string,
  seq: number,
  row: number,
  key: readonly string[] | undefined,
): Promise<ExplanationNode> {
  if (seq > read.seq) throw nothing(ref);
  const lines = stream.name === 'activities' ? await lineNodes(read, seq, row) : [];
  const source = await footing.records.source(read, stream.name, seq, row);
  return {
    kind: 'record',
    ref,
    title: key === undefined ? stream.title : `${stream.title}: ${key.join(', ')}`,
    value: null,
    unit: null,
    words: `Stated in entry ${source.entrySeq}, row ${source.row}. What was stated last under a key stands.`,
    facts: [],
    children: [...lines, entryLeaf(source), rowNode(source)],
    childrenTotal: lines.length + 2,
  };
}

/** What an activity came to: a line for every month that it falls into and every scope that it has a part in. */
async function lineNodes(read: ReadContext, originSeq: number, originRow: number): Promise<ExplanationNode[]> {
  const page = { order: 'newest', limit: LINES_LISTED_MAX, offset: 0 } as const;
  const lines = await emissionLines(read, {}, page, { originSeq, originRow });
  return lines.map(({ ref, month, scope, co2eKg, factor }) => ({
    ...leaf('posting', ref, `${month}, ${scope === 'outside' ? 'outside of scopes' : `scope ${scope}`}, ${factor}`),
    value: co2eKg,
    unit: 'kg CO2e',
  }));
}

function rowNode(source: RecordSource): ExplanationNode {
  return {
    ...leaf('row', null, source.fileName ? `${source.fileName}, row ${source.row}` : `row ${source.row}`),
    facts: [
      ...(source.evidence ? [['evidence SHA-256', source.evidence] as Fact] : []),
      ...Object.entries(source.cells),
    ],
  };
}

const entryLeaf = ({ entrySeq, entryKind }: RecordSource): ExplanationNode => ({
  ...leaf('entry', `entry/${entrySeq}`, `Entry ${entrySeq}, ${entryKind}`),
});

async function explainEntry(footing: Footing, read: ReadContext, seq: number): Promise<ExplanationNode> {
  if (seq > read.seq) throw nothing(`entry/${seq}`);
  const entry = await footing.journal.get(read.accountId, seq);
  const { file } = entry.payload as { file?: { name?: string; bytes?: number } };
  return {
    ...leaf('entry', `entry/${seq}`, `Entry ${seq}, ${entry.kind}`),
    words: `Stated by ${entry.actor} at ${entry.recordedAt}.`,
    facts: [
      ['kind', entry.kind],
      ['SHA-256 of the entry', entry.hash],
      ['SHA-256 of the entry before', entry.previousHash],
      ['SHA-256 of what it states', entry.payloadHash],
    ],
    children:
      entry.evidence === null
        ? []
        : [
            {
              ...leaf('evidence', null, file?.name ?? 'evidence'),
              words: 'The file exactly as it was handed in, kept under its hash.',
              facts: [
                ['SHA-256', entry.evidence],
                ...(file?.bytes === undefined ? [] : [['bytes', String(file.bytes)] as Fact]),
              ],
            },
          ],
    childrenTotal: entry.evidence === null ? 0 : 1,
  };
}

const leaf = (kind: ExplanationNode['kind'], ref: string | null, title: string): ExplanationNode => ({
  kind,
  ref,
  title,
  value: null,
  unit: null,
  words: null,
  facts: [],
  children: [],
  childrenTotal: 0,
});

function nothing(ref: string): FootingError {
  return new FootingError('not_found', `Nothing is called "${shown(ref)}".`, {
    remedy: 'References look like record/customers?external_id=C-1, record/activities/12.7 or entry/12.',
  });
}
