/**
 * Scope 2 by both methods: the location-based figure of the inventory, and beside it the market-based one out of instruments,
 * residual mixes and the rest. A function of (ledger, seq, query, methodology), like the inventory.
 */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { rowRefs } from '../dimensions.ts';
import { type Figures, figuresByGas, figuresOf, type SumRow } from '../figures.ts';
import {
  DEFAULT_GWP,
  type Dimension,
  type InventoryQuery,
  inventoryRef,
  inventoryTotal,
  narrowedBy,
} from '../inventory.ts';
import { methodologyInForce } from '../methodology/ledger.ts';
import { type Methodology, methodologyId } from '../methodology/methodology.ts';
import type { RowKeys } from '../page.ts';
import type { PageKeys } from '../sums.ts';
import { weightsFor } from '../weights.ts';
import { type CountedLine, countedLines } from './counted.ts';
import { COVER_KINDS, COVER_WORDS, type CoverKind, type MarketLine, marketBook } from './lines.ts';
import { type PlainSum, plainSource, plainSums } from './plain.ts';
import { scope2Coverable } from './read.ts';
import { asksForScope2, keysOf } from './told.ts';

export interface Scope2Options {
  /** Default: the one in force. */
  methodology?: Methodology;
  /** The location-based figure, where it is read already. */
  location?: Promise<Figures | undefined>;
  /** The groups of the page that is asked for, where they are read by themselves. */
  keys?: Promise<PageKeys | undefined>;
  /** Which keys are on the page that is asked for; default: all. */
  shows?: Promise<(keys: RowKeys, without: readonly Dimension[]) => boolean>;
}

export interface MarketRow extends Figures {
  keys: Partial<Record<Dimension, string>>;
  /** Energy of the group; by gas, that of the whole group stands with every gas. */
  kwh: string;
  ref: string;
}

export interface Scope2Statement {
  methodology: string;
  granularity: string;
  location_based: Figures & { ref: string };
  market_based: Figures & { ref: string };
  /** Energy used, kWh (without what is not stated as energy), and how much of it an instrument or kept own generation covers. */
  kwh: string;
  covered_kwh: string;
  /** Share of the use that is covered, in percent, two decimals; null when nothing was used. */
  covered_percent: string | null;
  /** The market-based figure by what its rates are due to; those that occur. */
  covers: Array<{
    cover: CoverKind;
    words: string;
    kwh: string;
    /** Share of the use, in percent, two decimals; null when nothing was used. */
    percent: string | null;
    /** Volume at the residual mix of another year. */
    other_year_kwh: string;
    co2e_kg: string;
    lines: number;
    ref: string;
  }>;
  /** What a reader of the market-based figure must know, in words. */
  notes: string[];
  /** By the dimensions of the query. */
  rows: MarketRow[];
}

/** Scope 2 by both methods, or null when the query asks for something that is not of scope 2. */
export async function scope2Statement(
  context: ReadContext,
  query: InventoryQuery,
  options: Scope2Options = {},
): Promise<Scope2Statement | null> {
  const groupBy = [...(query.groupBy ?? ['scope' as const])];
  if (!asksForScope2(query)) return null;
  const methodology = options.methodology ?? (await methodologyInForce(context, context.seq));
  const gwp = query.gwp ?? DEFAULT_GWP;
  const read = async () =>
    (await options.location) ?? inventoryTotal(context, { ...query, filters: { ...query.filters, scope: ['2'] } });
  const coverable = scope2Coverable(context, context.seq);
  const source = plainSource(query);
  const readWhole = () => readPlain(context, query, groupBy, options.keys);
  // Totals are read at once, which is nearly always right; all lines only when it is known that nothing covers them.
  const plain =
    source === 'totals' ? readWhole() : coverable.then((is) => (is || source === null ? null : readWhole()));
  plain.catch(() => {});
  const [isCoverable, location] = await Promise.all([coverable, read()]);
  const common = {
    methodology: methodologyId(methodology),
    granularity: methodology.scope2.granularity,
    location_based: {
      ...location,
      ref: inventoryRef({ ...query, filters: { ...query.filters, scope: ['2'] } }, {}),
    },
  };
  const market = (figures: Figures) => ({ ...figures, ref: scope2Ref(query, methodology) });
  const uncovered = isCoverable ? null : await plain;
  if (uncovered !== null) {
    const figures = plainStatement(uncovered, query, groupBy, methodology, location, await options.shows);
    return { ...common, market_based: market(location), ...figures };
  }
  const book = await marketBook(context, context.seq, methodology);
  const lines = await countedLines(context, query, book);
  const used = sumDecimals(lines.map(({ kwh }) => kwh));
  const covers = COVER_KINDS.flatMap((cover) => {
    const own = lines.filter(({ line }) => line.cover === cover);
    if (own.length === 0) return [];
    return {
      cover,
      words: COVER_WORDS[cover],
      kwh: volume(own),
      percent: percentOf(sumDecimals(own.map(({ kwh }) => kwh)), used),
      other_year_kwh: volume(own.filter(({ line }) => line.otherYear)),
      co2e_kg: figuresOf(sumsOf(own), gwp).co2e_kg,
      lines: linesIn(own),
      ref: scope2Ref(query, methodology, cover),
    };
  });
  const groups = new Map<string, CountedLine[]>();
  for (const line of lines) {
    const key = JSON.stringify(keysOf(line, groupBy));
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const rows = rowsOf(groups, query, groupBy, methodology, await options.shows, (group) => ({
    sums: sumsOf(group),
    lines: linesIn(group),
    kwh: volume(group),
  }));
  const covered = sumDecimals(lines.filter(({ line }) => COVERED.has(line.cover)).map(({ kwh }) => kwh));
  return {
    ...common,
    market_based: market({ ...figuresOf(sumsOf(lines), gwp), lines: linesIn(lines) }),
    kwh: used.toString(),
    covered_kwh: covered.toString(),
    covered_percent: percentOf(covered, used),
    covers,
    notes: [
      ...notesOf(covers, book.allocation.instruments.filter(({ status }) => status === 'rejected').length),
      ...assumedCarriers(lines),
    ],
    rows,
  };
}

/** By these a market-based row and the location-based one beside it differ. */
const NOT_OF_LOCATION: readonly Dimension[] = ['method', 'gas'];

/** Rows by dimensions, in the order of their keys; gas by gas where that is asked. */
function rowsOf<Item>(
  groups: ReadonlyMap<string, Item[]>,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  methodology: Methodology,
  shows: Awaited<Scope2Options['shows']>,
  summed: (group: Item[]) => { sums: SumRow[]; lines: number; kwh: string },
): MarketRow[] {
  const gwp = query.gwp ?? DEFAULT_GWP;
  const columns = groupBy.filter((dimension) => dimension !== 'gas');
  const refOf = rowRefs(columns, (keys) => scope2Ref(query, methodology, undefined, keys));
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, group]): MarketRow[] => {
      const values = JSON.parse(key) as string[];
      const keys = Object.fromEntries(columns.map((dimension, i) => [dimension, values[i]!]));
      if (shows?.(keys, NOT_OF_LOCATION) === false) return [];
      const { sums, lines, kwh } = summed(group);
      const ref = refOf(values);
      if (!groupBy.includes('gas')) return [{ keys, ...figuresOf(sums, gwp), lines, kwh, ref }];
      return figuresByGas(sums, gwp).map(([gas, figures]) => ({ keys: { ...keys, gas }, ...figures, lines, kwh, ref }));
    });
}

function percentOf(part: Decimal, whole: Decimal): string | null {
  if (whole.isZero()) return null;
  const hundredfold = Rational.fromDecimal(part).mul(Rational.parse('100'));
  return hundredfold.div(Rational.fromDecimal(whole)).toDecimal(2).toString();
}

interface Plain {
  /** Sums of everything, by any dimensions. */
  whole: PlainSum[];
  /** By the dimensions of the query, of a page at least. */
  rows: PlainSum[];
}

async function readPlain(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  keysOfPage: Scope2Options['keys'],
): Promise<Plain> {
  const [weights, narrowed, page] = await Promise.all([
    weightsFor(context, query),
    narrowedBy(context, query),
    keysOfPage,
  ]);
  if (page === undefined || weights !== null) {
    const rows = await plainSums(context, narrowed, groupBy, weights);
    return { whole: rows, rows };
  }
  const [whole, rows] = await Promise.all([
    plainSums(context, narrowed, [], null),
    page.span === undefined ? [] : plainSums(context, narrowed, groupBy, null, page.span),
  ]);
  return { whole, rows };
}

/** The statement where nothing could cover anything: both methods give the same. */
function plainStatement(
  { whole: found, rows: sums }: Plain,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  methodology: Methodology,
  location: Figures,
  shows: Awaited<Scope2Options['shows']>,
): Pick<Scope2Statement, 'kwh' | 'covered_kwh' | 'covered_percent' | 'covers' | 'notes' | 'rows'> {
  const gwp = query.gwp ?? DEFAULT_GWP;
  const kwhOf = (of: readonly PlainSum[]) => sumDecimals(of.map(({ kwh }) => kwh));
  const used = kwhOf(found);
  const apart = found.filter(({ energy }) => !energy);
  const ofApart = figuresOf(
    apart.map(({ sums }) => sums),
    gwp,
  );
  const coverOf = (cover: CoverKind, kwh: Decimal, co2e: Decimal, lines: number) => ({
    cover,
    words: COVER_WORDS[cover],
    kwh: kwh.toString(),
    percent: percentOf(kwh, used),
    other_year_kwh: '0',
    co2e_kg: co2e.toString(),
    lines,
    ref: scope2Ref(query, methodology, cover),
  });
  const grid = Decimal.parse(location.co2e_kg).sub(Decimal.parse(ofApart.co2e_kg));
  const covers = [
    ...(found.length > apart.length ? [coverOf('grid_average', used, grid, location.lines - ofApart.lines)] : []),
    ...(apart.length > 0 ? [coverOf('not_energy', Decimal.ZERO, Decimal.parse(ofApart.co2e_kg), ofApart.lines)] : []),
  ];
  const groups = new Map<string, PlainSum[]>();
  for (const sum of sums) {
    const key = JSON.stringify(sum.keys);
    const group = groups.get(key);
    if (group) group.push(sum);
    else groups.set(key, [sum]);
  }
  return {
    kwh: used.toString(),
    covered_kwh: '0',
    covered_percent: percentOf(Decimal.ZERO, used),
    covers,
    notes: notesOf(covers, 0),
    rows: rowsOf(groups, query, groupBy, methodology, shows, (group) => ({
      sums: group.map(({ sums }) => sums),
      lines: group.reduce((sum, { sums }) => sum + Number(sums.lines), 0),
      kwh: kwhOf(group).toString(),
    })),
  };
}

const COVERED: ReadonlySet<CoverKind> = new Set([
  'own_generation',
  'certificate_bundled',
  'certificate_ppa',
  'certificate_unbundled',
  'contract',
  'supplier_rate',
]);

/** Lines of the allocation: several parts of one count once. */
const linesIn = (lines: readonly CountedLine[]): number => new Set(lines.map(({ line }) => line)).size;
const sumsOf = (lines: ReadonlyArray<Pick<MarketLine, 'sums'>>): SumRow[] => lines.map(({ sums }) => sums);
const volume = (lines: readonly CountedLine[]): string => sumDecimals(lines.map(({ kwh }) => kwh)).toString();

function notesOf(covers: Scope2Statement['covers'], rejected: number): string[] {
  const notes: string[] = [];
  for (const { cover, kwh, other_year_kwh, co2e_kg } of covers) {
    if (cover === 'grid_average') {
      notes.push(
        `No residual mix is stated for ${whole(kwh)} kWh: the average of the grid stands in for it, and generation claimed by others may be counted twice.`,
      );
    }
    if (cover === 'no_rate')
      notes.push(`${whole(kwh)} kWh of own generation, whose certificates were sold, have no rate and count 0.`);
    if (cover === 'not_energy') {
      notes.push(
        `${grouped(co2e_kg)} kg CO2e of scope 2 are not stated as energy (such as kilometres of electric cars) and count as in the location-based figure.`,
      );
    }
    if (other_year_kwh !== '0')
      notes.push(`The residual mix of another year is used for ${whole(other_year_kwh)} kWh.`);
  }
  if (rejected > 0) {
    notes.push(
      `${rejected} ${rejected === 1 ? 'instrument is' : 'instruments are'} rejected: see the list of instruments for the reasons.`,
    );
  }
  return notes;
}

const FACTORS_NAMED_MAX = 5;

/** Which instruments fit goes by the energy: a reader must know where it was not said. */
function assumedCarriers(lines: readonly CountedLine[]): string[] {
  const assumed = lines.filter(({ line }) => line.use.carrierAssumed);
  if (assumed.length === 0) return [];
  const factors = [...new Set(assumed.map(({ factor }) => factor))].sort();
  const more = factors.length - FACTORS_NAMED_MAX;
  const named = `${factors.slice(0, FACTORS_NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    `${whole(volume(assumed))} kWh are taken as electricity, because the names of their factors do not say which energy they are for (electricity, heat, steam, cooling): ${named}.`,
  ];
}

/** kWh in a sentence: whole ones, and "about" where digits are left out; the figures beside it have them all. */
function whole(kwh: string): string {
  const shown = Decimal.parse(kwh).toGrouped(0);
  return Decimal.parse(kwh).normalized().scale > 0 ? `about ${shown}` : shown;
}

/** Thousands set apart, all digits kept. */
export function grouped(decimal: string): string {
  const value = Decimal.parse(decimal).normalized();
  return value.toGrouped(value.scale);
}

/** A reference to a market-based figure that `explainScope2` understands. */
export function scope2Ref(
  query: InventoryQuery,
  methodology: Methodology,
  cover?: CoverKind,
  keys: Partial<Record<Dimension, string>> = {},
): string {
  const filters: NonNullable<InventoryQuery['filters']> = { ...query.filters };
  delete filters.scope;
  for (const [dimension, value] of Object.entries(keys)) {
    // These are the same for all that is market-based.
    if (!['scope', 'category', 'method'].includes(dimension)) filters[dimension as Dimension] = [value];
  }
  const words = new URLSearchParams(inventoryRef({ ...query, filters }, {}).slice('inventory?'.length));
  words.set('methodology', methodologyId(methodology));
  if (cover) words.set('cover', cover);
  return `scope2?${words}`;
}

/** Figures of lines under a set of potentials. */
export const marketFigures = (lines: ReadonlyArray<Pick<MarketLine, 'sums'>>, gwp: GwpSetName): Figures =>
  figuresOf(sumsOf(lines), gwp);
