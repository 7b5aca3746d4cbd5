/** From a record back to the object of Stripe that it was read from, as it stands in the evidence. */
import type { ExplanationNode, ReadContext, RecordSource } from '../../ledger/index.ts';
import { isObject, listed, objectsIn } from './objects.ts';
import { parseDocument } from './service.ts';

const FIELDS_SHOWN_MAX = 200;
const KEPT_MAX = 4;
/** Files that were read last, parsed: a page of explanations asks for many objects of one file. */
const kept = new Map<string, Promise<Map<string, Record<string, unknown>>>>();

/** The object, and in it the line where there is one; null for evidence that holds no such object. */
export async function stripeObjectNode(
  { engines }: ReadContext,
  source: RecordSource,
  id: string,
  lineId: string,
): Promise<ExplanationNode | null> {
  if (source.evidence === null) return null;
  const objects = await objectsOf(engines, source.evidence).catch(() => null);
  const object = objects?.get(id);
  if (object === undefined) return null;
  const line = listed(object.lines).find((each) => each.id === lineId);
  const name = String(object.object).replaceAll('_', ' ');
  const words = `Stated by ${source.actor} at ${source.recordedAt} (entry ${source.entrySeq}), from the file ${source.fileName ?? ''}.`;
  const child = line === undefined ? [] : [node(`line ${lineId}`, line, null)];
  return {
    ...node(`Stripe ${name} ${id}`, object, words, source.evidence),
    children: child,
    childrenTotal: child.length,
  };
}

function objectsOf(engines: ReadContext['engines'], sha256: string) {
  let found = kept.get(sha256);
  if (found === undefined) {
    found = read(engines, sha256);
    if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
    kept.set(sha256, found);
    found.catch(() => kept.delete(sha256));
  }
  return found;
}

async function read(engines: ReadContext['engines'], sha256: string): Promise<Map<string, Record<string, unknown>>> {
  const parts: Buffer[] = [];
  for await (const part of engines.evidence.read(sha256)) parts.push(part as Buffer);
  const objects = objectsIn(parseDocument(Buffer.concat(parts))).map(({ object }) => object);
  return new Map(objects.filter(isObject).map((object) => [String(object.id), object]));
}

function node(
  title: string,
  object: Record<string, unknown>,
  words: string | null,
  evidence?: string,
): ExplanationNode {
  const fields = [...flat(object, '')];
  const shown = fields.slice(0, FIELDS_SHOWN_MAX);
  const hidden = fields.length - shown.length;
  return {
    kind: 'row',
    ref: null,
    title,
    value: null,
    unit: null,
    words,
    facts: [
      ...(evidence === undefined ? [] : [['evidence SHA-256', evidence] as [string, string]]),
      ...shown,
      ...(hidden > 0 ? [['…', `${hidden} more fields are in the evidence`] as [string, string]] : []),
    ],
    children: [],
    childrenTotal: 0,
  };
}

/** Fields with a value, by their path; the lines are nodes of their own. */
function* flat(value: unknown, path: string): Generator<[string, string]> {
  if (value === null || value === undefined || value === '') return;
  if (typeof value !== 'object') {
    yield [path, String(value)];
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (path === '' && name === 'lines') continue;
    yield* flat(inner, path === '' ? name : `${path}.${name}`);
  }
}
