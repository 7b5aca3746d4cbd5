/**
 * References to figures of a difference between two inventories:
 * `difference/<after|change|a cause>?from=…&to=…&base=<name@version>&methodology=<name@version>[&parameters=<JSON>]…`. They say again
 * what was asked, because nothing of it is in the books.
 */
import { Compile } from 'typebox/compile';
import {
  CAUSES,
  contentOf,
  type DifferencePlace,
  explainDifference,
  type Methodology,
  type MethodologyInput,
  methodologyId,
  methodologyNamed,
  type PositionQuery,
} from '../../carbon/index.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/types.ts';
import { ParametersSchema } from './methodologySchemas.ts';

/** Parameters that no methodology states, and the methodology in which they are changed. */
export interface Tried {
  from: Methodology;
  parameters: MethodologyInput;
}

/** Two sides as they are asked for. */
export interface Asked {
  before: PositionQuery;
  after: PositionQuery;
  byEntity: boolean;
  /** Null where the second side is a methodology that is stated. */
  tried: Tried | null;
}

const PATH = 'difference/';
const parametersValidator = Compile(ParametersSchema);

export const isDifferenceRef = (ref: string): boolean => ref.startsWith(PATH);

/** What the second side is called; a preview has the name under which it would be stated. */
export function nameOf({ after, tried }: Asked): string {
  const id = methodologyId(after.methodology);
  return tried && id === methodologyId(tried.from) ? `${id}, changed` : id;
}

/** The second side is as of the entry that is read; the first says its own where it is another. */
export function refsOf({ before, after, byEntity, tried }: Asked): (place: DifferencePlace) => string {
  const words = new URLSearchParams();
  if (after.from !== undefined) words.set('from', after.from);
  if (after.to !== undefined) words.set('to', after.to);
  if (before.from !== after.from) words.set('base_from', before.from ?? '');
  if (before.to !== after.to) words.set('base_to', before.to ?? '');
  if (before.context.seq !== after.context.seq) words.set('base_as_of', String(before.context.seq));
  words.set('base', methodologyId(before.methodology));
  words.set('methodology', methodologyId(tried?.from ?? after.methodology));
  if (tried) words.set('parameters', JSON.stringify(tried.parameters));
  if (byEntity) words.set('by_entity', 'true');
  const asked = words.toString();
  return ({ of, scope, category, cell }) => {
    const place = new URLSearchParams();
    if (scope !== undefined) place.set('scope', String(scope));
    if (category !== undefined) place.set('category', String(category));
    if (cell !== undefined) place.set('cell', cell);
    return `${PATH}${of}?${asked}${place.size === 0 ? '' : `&${place}`}`;
  };
}

/**
 * `readAt` opens the first side where that is of another entry.
 * @throws FootingError `malformed` for a reference that cannot be read, `not_found` for a methodology that there is not.
 */
export async function explainDifferenceRef(
  context: ReadContext,
  ref: string,
  { readAt, ...options }: { readAt: (seq: number) => Promise<ReadContext>; offset?: number },
): Promise<ExplanationNode> {
  const [of = '', text = ''] = ref.slice(PATH.length).split('?');
  const words = new URLSearchParams(text);
  const asked = await askedOf(context, words, readAt);
  const place: DifferencePlace = {
    of: figureOf(of),
    ...whole(words, 'scope'),
    ...whole(words, 'category'),
    ...(words.has('cell') ? { cell: words.get('cell')! } : {}),
  };
  const sides = { ...asked, tried: asked.tried && nameOf(asked) };
  return explainDifference(sides, place, { ...options, refOf: refsOf(asked) });
}

async function askedOf(
  context: ReadContext,
  words: URLSearchParams,
  readAt: (seq: number) => Promise<ReadContext>,
): Promise<Asked> {
  const month = (name: string, other?: string) => (words.has(name) ? words.get(name) || undefined : other);
  const baseSeq = whole(words, 'base_as_of').base_as_of ?? context.seq;
  const baseContext = baseSeq === context.seq ? context : await readAt(baseSeq);
  const named = await methodologyNamed(context, words.get('methodology') ?? '', context.seq);
  const base = await methodologyNamed(baseContext, words.get('base') ?? '', baseSeq);
  const parameters = parametersOf(words.get('parameters'));
  const [from, to] = [month('from'), month('to')];
  const after = { context, from, to };
  return {
    before: { context: baseContext, from: month('base_from', from), to: month('base_to', to), methodology: base },
    after: { ...after, methodology: parameters ? { ...named, ...contentOf(parameters, named) } : named },
    byEntity: words.get('by_entity') === 'true',
    tried: parameters && { from: named, parameters },
  };
}

function figureOf(text: string): DifferencePlace['of'] {
  const found = (['after', 'change', ...CAUSES] as const).find((name) => name === text);
  if (!found) throw new FootingError('malformed', `A difference has no ${shown(text)}`);
  return found;
}

function whole<Name extends string>(words: URLSearchParams, name: Name): { [name in Name]?: number } {
  const text = words.get(name);
  if (text === null) return {};
  if (!/^\d{1,15}$/.test(text)) throw new FootingError('malformed', `Not a whole number: ${shown(text)}`);
  return { [name]: Number(text) } as { [name in Name]?: number };
}

/** A reference comes from anywhere: its parameters are held to the schema of those of a request. */
function parametersOf(text: string | null): MethodologyInput | null {
  if (text === null) return null;
  let parameters: unknown;
  try {
    parameters = JSON.parse(text);
  } catch {
    // Is no JSON: said below.
  }
  if (!parametersValidator.Check(parameters))
    throw new FootingError('malformed', `These are no parameters of a methodology: ${shown(text)}`);
  return parameters as MethodologyInput;
}
