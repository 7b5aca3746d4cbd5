/**
 * The walk from a market-based figure to its sources: figure -> kinds of cover -> lines of the allocation -> instrument and
 * location-based figure -> source row. References:
 *
 *     scope2?gwp=AR5&methodology=default@1&…[&cover=residual_mix]
 *     allocation/<pool>/<number>?gwp=AR5&methodology=default@1
 *     instrument/<data source>/<external_id>?methodology=default@1
 *     instruments/<applied|unused|rejected>?methodology=default@1
 */
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext, RecordSource } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { DEFAULT_GWP, type Dimension, INVENTORY_DIMENSIONS, type InventoryQuery, inventoryRef } from '../inventory.ts';
import { methodologyInForce, methodologyNamed } from '../methodology/ledger.ts';
import { type Methodology, methodologyId } from '../methodology/methodology.ts';
import { leaf } from '../nodes.ts';
import { asOfOf } from '../refs.ts';
import type { InstrumentResult, ResidualMix } from './allocate.ts';
import { type CountedLine, countedLines } from './counted.ts';
import type { Instrument } from './criteria.ts';
import { instrumentRef, instrumentSumNode } from './instrumentSums.ts';
import { COVER_KINDS, COVER_WORDS, type CoverKind, type MarketLine, marketBook } from './lines.ts';
import { grouped, marketFigures, scope2Ref, scope2Statement } from './statement.ts';

const CHILDREN_MAX = 50;

export interface Scope2ExplainOptions {
  /** Where a record of a stream came from. */
  source: (stream: string, originSeq: number, originRow: number) => Promise<RecordSource>;
  limit?: number;
  offset?: number;
  /** The entry that the reference itself names; refs that lead on name it too. */
  asOf?: number;
}

/** True when `explainScope2` understands the reference. */
export function isScope2Ref(ref: string): boolean {
  return /^(scope2\?|scope2$|allocation\/|instruments?\/)/.test(ref);
}

/** @throws FootingError `malformed` for a reference that cannot be read, `not_found` for one that leads nowhere. */
export async function explainScope2(
  context: ReadContext,
  ref: string,
  options: Scope2ExplainOptions,
): Promise<ExplanationNode> {
  const at = ref.indexOf('?');
  const path = at < 0 ? ref : ref.slice(0, at);
  const words = new URLSearchParams(at < 0 ? '' : ref.slice(at + 1));
  if (words.has('as_of')) {
    const asOf = asOfOf(words, context.seq);
    context = { ...context, seq: asOf };
    options = { ...options, asOf };
  }
  const named = words.get('methodology');
  const methodology =
    named === null
      ? await methodologyInForce(context, context.seq)
      : await methodologyNamed(context, named, context.seq);
  const gwp = (words.get('gwp') ?? DEFAULT_GWP) as GwpSetName;
  if (!['AR4', 'AR5', 'AR6'].includes(gwp))
    throw new FootingError('malformed', `There is no set of potentials ${shown(gwp)}`);
  const parts = path.split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw new FootingError('malformed', `Not a reference: ${shown(ref)}`);
    }
  });
  if (parts[0] === 'scope2') return explainFigure(context, words, gwp, methodology, options);
  if (parts[0] === 'allocation') return explainLine(context, parts[1] ?? '', parts[2] ?? '', gwp, methodology, options);
  if (parts[0] === 'instruments') {
    const { allocation } = await marketBook(context, context.seq, methodology);
    return instrumentSumNode(allocation.instruments, parts[1] ?? '', methodology, options);
  }
  return explainInstrument(context, parts[1] ?? '', parts[2] ?? '', methodology, options);
}

async function explainFigure(
  context: ReadContext,
  words: URLSearchParams,
  gwp: GwpSetName,
  methodology: Methodology,
  options: Scope2ExplainOptions,
): Promise<ExplanationNode> {
  const query = queryOf(words, gwp);
  const cover = words.get('cover') as CoverKind | null;
  if (cover !== null && !COVER_KINDS.includes(cover))
    throw new FootingError('malformed', `Nothing covers as ${shown(cover)}`);
  const statement = await scope2Statement(context, query, { methodology });
  if (!statement) throw new FootingError('malformed', 'The reference asks for more than scope 2.');
  const { market_based: figures, covers } = statement;
  const [offset, limit] = [options.offset ?? 0, options.limit ?? CHILDREN_MAX];
  const facts: Array<[string, string]> = [
    ['methodology', statement.methodology],
    ['matched by', statement.granularity],
    ['potentials', gwp],
    ['energy used, kWh', grouped(statement.kwh)],
    ['covered, kWh', grouped(statement.covered_kwh)],
    ...statement.notes.map((note): [string, string] => ['note', note]),
  ];
  if (cover === null) {
    return {
      kind: 'figure',
      ref: scope2Ref(query, methodology),
      title: 'Scope 2, market-based',
      value: figures.co2e_kg,
      unit: 'kg CO2e',
      words: `Energy covered by contractual instruments at their rates, the rest at the residual mix of its market, else at the average of the grid. The location-based figure is ${grouped(statement.location_based.co2e_kg)} kg.`,
      facts,
      children: covers.slice(offset, offset + limit).map((each) => ({
        ...leaf('part', each.ref, capital(each.words), each.co2e_kg),
        facts: [
          ['kWh', grouped(each.kwh)],
          ['lines', String(each.lines)],
        ] as Array<[string, string]>,
      })),
      childrenTotal: covers.length,
    };
  }
  const book = await marketBook(context, context.seq, methodology);
  const lines = await countedLines(context, query, book, cover);
  lines.sort((a, b) => b.kwh.abs().cmp(a.kwh.abs()));
  const own = covers.find((each) => each.cover === cover);
  return {
    kind: 'figure',
    ref: scope2Ref(query, methodology, cover),
    title: `Scope 2, market-based: ${COVER_WORDS[cover]}`,
    value: own?.co2e_kg ?? '0',
    unit: 'kg CO2e',
    words: null,
    facts: [['kWh', grouped(own?.kwh ?? '0')], ...facts.slice(0, 3)],
    children: lines
      .slice(offset, offset + limit)
      .map((line) => countedNode(line, gwp, tailOf(gwp, methodology, options))),
    childrenTotal: lines.length,
  };
}

async function explainLine(
  context: ReadContext,
  pool: string,
  number: string,
  gwp: GwpSetName,
  methodology: Methodology,
  options: Scope2ExplainOptions,
): Promise<ExplanationNode> {
  const book = await marketBook(context, context.seq, methodology);
  const line = book.lines.find((each) => each.pool === pool && String(each.number) === number);
  if (!line) throw new FootingError('not_found', `There is no such line of an allocation as of entry ${context.seq}.`);
  const children: ExplanationNode[] = [];
  const cover = line.share?.cover;
  if (cover?.kind === 'instrument') {
    const result = book.allocation.instruments.find(({ instrument }) => instrument === cover.instrument)!;
    children.push(await instrumentNode(result, methodology, options));
  }
  if (cover?.kind === 'residual_mix') children.push(await mixNode(cover.mix, options));
  if (line.use.own) {
    const own = book.data.own.find(({ id }) => id === line.use.ref);
    if (own) {
      const source = await options.source('own_generation', own.originSeq, own.originRow);
      children.push(recordNode(`Own generation ${own.id}`, source));
    }
  } else {
    const { entity, month, country, region, activity, factor } = line.use;
    const filters = { scope: ['2'], entity: [entity], activity: [activity], factor: [factor] };
    const query: InventoryQuery = {
      gwp,
      from: month,
      to: month,
      filters,
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
    };
    children.push({
      ...leaf('part', inventoryRef(query, {}), `Location-based: ${activity}, ${month}, ${entity || 'no entity'}`, null),
      facts: [
        ['kWh in all', line.use.kwh.toString()],
        ['where', [country, region].filter((each) => each !== '').join(' ') || 'not stated'],
      ],
    });
  }
  return { ...lineNode(line, gwp, tailOf(gwp, methodology, options)), children, childrenTotal: children.length };
}

async function explainInstrument(
  context: ReadContext,
  source: string,
  id: string,
  methodology: Methodology,
  options: Scope2ExplainOptions,
): Promise<ExplanationNode> {
  const book = await marketBook(context, context.seq, methodology);
  const result = book.allocation.instruments.find(
    ({ instrument }) => instrument.id === id && instrument.source === source,
  );
  if (!result) throw new FootingError('not_found', `There is no instrument ${shown(id)} as of entry ${context.seq}.`);
  return instrumentNode(result, methodology, options);
}

/** What a reference to a line says besides the line. */
const tailOf = (gwp: GwpSetName, methodology: Methodology, { asOf }: Scope2ExplainOptions): string =>
  `?gwp=${gwp}&methodology=${methodologyId(methodology)}${asOf === undefined ? '' : `&as_of=${asOf}`}`;

/** A line as a query counts it: where that is not the whole of it, both figures. */
function countedNode(counted: CountedLine, gwp: GwpSetName, tail: string): ExplanationNode {
  const { line, supplier, dataQuality } = counted;
  const whole = lineNode(line, gwp, tail);
  if (counted.sums === line.sums) return whole;
  const parts = [supplier && `supplier ${supplier}`, dataQuality && `data quality ${dataQuality}`].filter(Boolean);
  return {
    ...whole,
    value: marketFigures([counted], gwp).co2e_kg,
    words: `${grouped(counted.kwh.toString())} kWh of the line count${parts.length > 0 ? ` (${parts.join(', ')})` : ''}. The whole line: ${whole.words}`,
  };
}

function lineNode(line: MarketLine, gwp: GwpSetName, tail: string): ExplanationNode {
  const { use, kwh, share } = line;
  const value = marketFigures([line], gwp).co2e_kg;
  return {
    kind: 'posting',
    ref: `allocation/${encodeURIComponent(line.pool)}/${line.number}${tail}`,
    title: `${use.activity}, ${use.month}${use.entity ? `, ${use.entity}` : ''}: ${nameOf(line)}`,
    value,
    unit: 'kg CO2e',
    words: formula(line, value),
    facts: [
      ['carrier', use.carrier],
      ['where', [use.country, use.region].filter((each) => each !== '').join(' ') || 'not stated'],
      ...(share && !kwh.equals(use.kwh) ? [['of the use, kWh', use.kwh.toString()] as [string, string]] : []),
      ...(line.otherYear ? [['note', 'the residual mix is that of another year'] as [string, string]] : []),
    ],
    children: [],
    childrenTotal: use.own && line.cover === 'no_rate' ? 1 : 2,
  };
}

function nameOf({ share, cover }: MarketLine): string {
  if (share?.cover.kind === 'instrument') return share.cover.instrument.id;
  return cover === 'residual_mix' ? 'residual mix' : cover === 'grid_average' ? 'grid average' : COVER_WORDS[cover];
}

function formula({ share, cover, kwh, use }: MarketLine, value: string): string {
  const volume = `${grouped(kwh.toString())} kWh`;
  if (share?.cover.kind === 'instrument') {
    const { instrument } = share.cover;
    return `${volume} × ${instrument.rate} kg CO2e/kWh = ${grouped(value)} kg CO2e; ${claimOf(instrument)}.`;
  }
  if (share?.cover.kind === 'residual_mix') {
    const { mix } = share.cover;
    return `${volume} × ${mix.kgPerKwh} kg CO2e/kWh = ${grouped(value)} kg CO2e; residual mix ${mix.country}${mix.grid ? ` ${mix.grid}` : ''} ${mix.year}${mix.publication ? `, ${mix.publication}` : ''}.`;
  }
  if (cover === 'own_generation')
    return `${volume} from own generation; the certificates were kept or never issued: 0.`;
  if (cover === 'no_rate') return `${volume}: ${COVER_WORDS.no_rate}.`;
  if (cover === 'not_energy') return `As in the location-based figure: ${grouped(value)} kg CO2e.`;
  return `${volume} of ${grouped(use.kwh.toString())} kWh take the location-based emissions of the same use in proportion: ${grouped(value)} kg CO2e; ${COVER_WORDS.grid_average}.`;
}

function claimOf(instrument: Instrument): string {
  return [
    `${instrument.kind.replaceAll('_', ' ')} ${instrument.id}`,
    instrument.technology,
    instrument.plant,
    instrument.country,
    instrument.registry && `${instrument.registry} ${instrument.firstCertificate} to ${instrument.lastCertificate}`,
    `vintage ${instrument.vintageStart} to ${instrument.vintageEnd}`,
    instrument.retired && `retired ${instrument.retired} for ${instrument.beneficiary}`,
  ]
    .filter((each) => each !== '')
    .join(', ');
}

async function instrumentNode(
  result: InstrumentResult,
  methodology: Methodology,
  { source }: Scope2ExplainOptions,
): Promise<ExplanationNode> {
  const { instrument, status, applied, unused, rejections } = result;
  const record = await source('instruments', instrument.originSeq, instrument.originRow);
  return {
    kind: 'record',
    ref: instrumentRef(result, methodology),
    title: `Instrument ${instrument.id}`,
    value: instrument.kwh?.toString() ?? null,
    unit: 'kWh',
    words:
      rejections.length > 0
        ? `Rejected: ${rejections.map(({ words }) => words).join('; ')}.`
        : `${grouped(applied.toString())} kWh are applied${unused ? `, ${grouped(unused.toString())} kWh are not` : ''}.`,
    facts: [
      ['status', status.replaceAll('_', ' ')],
      ['claim', claimOf(instrument)],
      ...(instrument.label ? [['label', instrument.label] as [string, string]] : []),
      ...(instrument.evidence ? [['evidence document', instrument.evidence] as [string, string]] : []),
    ],
    children: [recordNode(`Instrument ${instrument.id}`, record)],
    childrenTotal: 1,
  };
}

async function mixNode(mix: ResidualMix, { source }: Scope2ExplainOptions): Promise<ExplanationNode> {
  const record = await source('residual_mixes', mix.originSeq, mix.originRow);
  return {
    ...leaf(
      'factor',
      null,
      `Residual mix ${mix.country}${mix.grid ? ` ${mix.grid}` : ''} ${mix.year}`,
      mix.kgPerKwh.toString(),
    ),
    unit: 'kg CO2e/kWh',
    facts: [['published in', mix.publication || 'not stated']],
    children: [recordNode(`Residual mix ${mix.id}`, record)],
    childrenTotal: 1,
  };
}

function recordNode(title: string, source: RecordSource): ExplanationNode {
  return {
    ...leaf('row', null, title, null),
    unit: null,
    words: `Stated in entry ${source.entrySeq} by ${source.actor} at ${source.recordedAt}${source.fileName ? `, file ${source.fileName}, row ${source.row}` : ''}.`,
    facts: Object.entries(source.cells),
  };
}

function queryOf(words: URLSearchParams, gwp: GwpSetName): InventoryQuery {
  const filters: Partial<Record<Dimension, string[]>> = {};
  const query: InventoryQuery = { gwp };
  for (const [name, value] of words) {
    if (['gwp', 'methodology', 'cover'].includes(name)) continue;
    if (name === 'from' || name === 'to' || name === 'parent' || name === 'under') query[name] = value;
    else if (name === 'structure') query.structure = value;
    else if (name === 'as_of') query.asOf = Number(value);
    else if (name === 'approach') query.approach = value as NonNullable<InventoryQuery['approach']>;
    else if (!(INVENTORY_DIMENSIONS as string[]).includes(name)) {
      throw new FootingError('malformed', `Scope 2 has no ${shown(name)}`);
    } else filters[name as Dimension] = [...(filters[name as Dimension] ?? []), value];
  }
  return { ...query, filters };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
