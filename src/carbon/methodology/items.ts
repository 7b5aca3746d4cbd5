/**
 * What was used, added up by decision, and what it amounts to under a methodology: as posted where the methodology decides alike,
 * decided again and multiplied where it does not. Nothing is posted for it: quantities by decision are a few thousand rows, and
 * a mass is quantity x coefficient.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { nearest } from '../../kernel/text.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { type Decision, type Descriptor, decide, type Line, OWN_RELEASE } from '../decide.ts';
import { checkMonth } from '../dimensions.ts';
import { factorsById } from '../factors/find.ts';
import type { SumRow } from '../figures.ts';
import { DESCRIPTOR_SELECT, type DescriptorRow, descriptorOf } from '../matching/descriptor.ts';
import { compiledChoices } from '../matching/ledger.ts';
import { matchingState } from '../matching/state.ts';
import { factorsInForce } from '../matching.ts';
import { importedReleases } from '../releases/imported.ts';
import { type Place, read } from '../sql.ts';
import { FLAG_NAMES, FLAGS, MASS_SCALE, MASSES, type Mass } from '../tables.ts';
import { UNWEIGHTED, type Weighted, type Weights } from '../weights.ts';
import { methodologyInForce } from './ledger.ts';
import { decisionKey, type MethodologyContent } from './methodology.ts';

export interface ItemQuery {
  /** First and last month, YYYY-MM, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  byEntity?: boolean;
  byMonth?: boolean;
  /** Tells lines of different weights apart; needs entities and months. */
  weights?: Weights | null;
}

/** Lines that share a decision (and an entity, a month, a weight), added up. */
export interface Item extends Weighted {
  descriptor: Descriptor;
  year: number;
  /** `main`, or what a line is that goes along with it. */
  role: string;
  scope: number;
  category: number;
  method: string;
  basis: Line['basis'];
  factor: string;
  release: string;
  used: Decimal;
  /** Unit or currency of `used`. */
  unit: string;
  /** The decision, where it is the posted one. */
  match: string | null;
  sums: SumRow;
}

export interface Items {
  items: Item[];
  /**
   * Lines left as they are posted (or held), because what the methodology would multiply is in no posted sum: amounts instead of
   * quantities, another conversion of currency.
   */
  otherBasisLines: number;
  /** Lines held back under the methodology. */
  heldLines: number;
}

/** Rows in one answer, by entity: above, entities cannot be told apart. */
export const ITEM_ROWS_MAX = 400_000;

type PostedRow = SumRow &
  DescriptorRow &
  Record<
    | 'entity'
    | 'month'
    | 'match'
    | 'descriptor'
    | 'basis'
    | 'method'
    | 'factor_id'
    | 'release'
    | 'ratio'
    | 'used'
    | 'fx'
    | 'w'
    | 'out',
    string
  > & { year: number; line: number; scope: number; line_category: number };

type HeldRow = DescriptorRow &
  Record<'entity' | 'month' | 'descriptor' | 'held' | 'lines' | 'quantity' | 'amount' | 'w' | 'out', string> & {
    year: number;
  };

/**
 * All lines as of context.seq under a methodology, or as they are posted.
 * @throws FootingError `too_large` when entities or months make more than ITEM_ROWS_MAX rows.
 */
export async function itemsUnder(
  context: ReadContext,
  query: ItemQuery,
  methodology?: MethodologyContent,
): Promise<Items> {
  for (const end of ['from', 'to'] as const) if (query[end] !== undefined) checkMonth(end, query[end]);
  const inForce = await methodologyInForce(context, context.seq);
  const posted = await readPosted(context, query);
  if (!methodology || decisionKey(methodology) === decisionKey(inForce)) {
    return { items: rolesOf(posted, await stagesOf(context, posted)), otherBasisLines: 0, heldLines: 0 };
  }
  if (methodology.releases !== null) await checkReleases(context, context.seq, methodology.releases);
  const [held, index, choices, before, stages] = await Promise.all([
    readHeld(context, query),
    factorsInForce(context, context.seq, methodology),
    compiledChoices(context, context.seq),
    matchingState(context, context.seq),
    stagesOf(context, posted),
  ]);
  const decisions = new Map<string, Decision>();
  const decided = (row: DescriptorRow & { descriptor: string; year: number }): Decision => {
    const key = `${row.descriptor} ${row.year}`;
    let decision = decisions.get(key);
    if (!decision) {
      decision = decide(descriptorOf(row), row.year, index, choices);
      decisions.set(key, decision);
    }
    return decision;
  };
  const result: Items = { items: [], otherBasisLines: 0, heldLines: 0 };
  for (const group of groupsOf(posted)) {
    const [first] = group;
    const decision = decided(first!);
    if ('held' in decision) {
      result.heldLines += Number(first!.lines);
      continue;
    }
    const again = sameLines(group, decision.lines)
      ? undefined
      : decision.lines[0]!.basis === first!.basis
        ? usedBy(first!, decision.lines[0]!, () => before.decide(descriptorOf(first!), first!.year))
        : null;
    if (again) {
      const { entity, month, year, used, lines, w, out } = first!;
      const what = { entity, month, year, used: Decimal.parse(used), lines, w, out };
      result.items.push(...decidedAgain(what, again, descriptorOf(first!), decision.lines));
      continue;
    }
    if (again === null) result.otherBasisLines += Number(first!.lines);
    result.items.push(...rolesOf(group, stages));
  }
  for (const row of held) {
    const decision = decided(row);
    if ('held' in decision) {
      result.heldLines += Number(row.lines);
      continue;
    }
    // Rates of the day are looked up where lines are posted: what is held has none yet.
    if (decision.lines[0]!.fx !== '') {
      result.otherBasisLines += Number(row.lines);
      continue;
    }
    const used = Decimal.parse((decision.lines[0]!.basis === 'spend' ? row.amount : row.quantity) || '0');
    const { entity, month, year, lines, w, out } = row;
    const what = { entity, month, year, used, lines, w, out };
    result.items.push(...decidedAgain(what, Rational.fromDecimal(used), descriptorOf(row), decision.lines));
  }
  return result;
}

/** True when a methodology would take other factors than those that lines are posted with. */
export async function decidesOtherwise(context: ReadContext, methodology: MethodologyContent): Promise<boolean> {
  return decisionKey(methodology) !== decisionKey(await methodologyInForce(context, context.seq));
}

/** @throws FootingError `invalid` naming each release that is neither shipped nor imported; own factors count always. */
export async function checkReleases(
  place: Place,
  seq: number,
  releases: readonly string[],
): Promise<readonly string[]> {
  const imported = await importedReleases(place, seq);
  const known = [
    ...loadCatalogue().releases.map(({ id }) => id),
    ...imported.map(({ release }) => release),
    OWN_RELEASE,
  ];
  const problems = releases
    .filter((release) => !known.includes(release))
    .map((release) => {
      const near = nearest(release, known);
      return {
        field: 'releases',
        value: shown(release),
        reason: 'is neither shipped nor imported',
        remedy: near ? `Did you mean ${near}?` : `There are ${known.join(', ')}.`,
      };
    });
  if (problems.length > 0) throw new FootingError('invalid', 'A release is not known.', { problems });
  return releases;
}

function readPosted(context: ReadContext, query: ItemQuery): Promise<PostedRow[]> {
  const { group, select, where, parameters } = parts(query);
  const lines = query.byEntity === true;
  return limited(
    read<PostedRow>(
      context,
      `
      SELECT ${select}, m.*, t.lines_ AS lines, t.used_ AS used, ${MASSES.map((mass) => `t.${mass} AS ${mass}`).join(', ')},
        ${FLAG_NAMES.map((flag) => `t.lines_${flag} AS lines_${flag}`).join(', ')}
      FROM (
        SELECT ${group}, toString(match) AS match_, toString(sum(${lines ? 'sign' : 'lines'})) AS lines_,
          toString(sum(toDecimal256(used, 12))) AS used_,
          ${MASSES.map((mass) => `toString(sum(toDecimal256(${mass}, ${MASS_SCALE}))) AS ${mass}`).join(', ')},
          ${FLAG_NAMES.map((flag) => `toString(${lines ? `sum(if(bitAnd(flags, ${FLAGS[flag]}) = 0, 0, sign))` : `sum(lines_${flag})`}) AS lines_${flag}`).join(', ')}
        FROM ${lines ? (query.weights?.lines ?? UNWEIGHTED) : 'match_totals'}
        WHERE seq <= {seq:UInt64} AND ${where}
        GROUP BY ${group}, match
        HAVING sum(${lines ? 'sign' : 'lines'}) != 0 OR sum(used) != 0
        LIMIT ${ITEM_ROWS_MAX + 1}
      ) AS t
      INNER JOIN (
        SELECT toString(match) AS match, toString(descriptor) AS descriptor, year, line, ${DESCRIPTOR_SELECT}, basis, scope, matches.category AS line_category, method,
          factor_id, release, ratio, fx, gwp_source, other_gas
        FROM matches
        WHERE sign = 1 AND held = ''
      ) AS m ON t.match_ = m.match
      ORDER BY entity, month, m.descriptor, m.year, m.line, m.match`,
      { seq: context.seq, ...parameters },
    ),
  );
}

function readHeld(context: ReadContext, query: ItemQuery): Promise<HeldRow[]> {
  const { group, select, where, parameters } = parts(query);
  return limited(
    read<HeldRow>(
      context,
      `
      SELECT ${select}, m.*, t.lines AS lines, t.quantity AS quantity, t.amount AS amount
      FROM (
        SELECT ${group}, match AS match_, reason, toString(sum(sign)) AS lines,
          coalesce(toString(sum(toDecimal256(quantity, 12))), '') AS quantity,
          coalesce(toString(sum(toDecimal256(amount, 12))), '') AS amount
        FROM ${query.weights?.anySplit ? heldOf(query.weights) : 'held'}
        WHERE seq <= {seq:UInt64} AND ${where}
        GROUP BY ${group}, match, reason
        HAVING sum(sign) != 0
        LIMIT ${ITEM_ROWS_MAX + 1}
      ) AS t
      INNER JOIN (
        SELECT match, toString(descriptor) AS descriptor, year, ${DESCRIPTOR_SELECT}, held
        FROM matches
        WHERE sign = 1 AND held != '' AND line = 0
      ) AS m ON t.match_ = m.match
      WHERE t.reason = m.held
      ORDER BY entity, month, m.descriptor, m.year`,
      { seq: context.seq, ...parameters },
    ),
  );
}

/** What rows are grouped by and which are read: by entity the lines themselves, otherwise the totals. */
function parts({ from, to, byEntity, byMonth, weights }: ItemQuery) {
  const columns = [...(byEntity ? ['toString(entity) AS entity_'] : ["'' AS entity_"])];
  columns.push(byMonth ? 'substring(toString(month), 1, 7) AS month_' : "'' AS month_");
  columns.push(...(weights?.anySplit ? ['toString(w) AS w_', 'toString(out) AS out_'] : ["'-1' AS w_", "'0' AS out_"]));
  const where = [
    ...(from === undefined ? [] : ['month >= toDate32({from:String})']),
    ...(to === undefined ? [] : ['month <= toDate32({to:String})']),
  ];
  return {
    group: columns.join(', '),
    select: 't.entity_ AS entity, t.month_ AS month, t.w_ AS w, t.out_ AS out',
    where: where.length === 0 ? '1' : where.join(' AND '),
    parameters: {
      ...(from === undefined ? {} : { from: `${from}-01` }),
      ...(to === undefined ? {} : { to: `${to}-01` }),
    },
  };
}

/** What is held back with its weights: the days and the supplier of a line stand with its activity. */
function heldOf(weights: Weights): string {
  const names = ['seq', 'sign', 'entity', 'month', 'match', 'reason', 'quantity', 'amount'];
  const columns = names.join(', ');
  const withDays = `(
    SELECT ${names.map((name) => `h.${name} AS ${name}`).join(', ')}, h.days AS days, if(h.part = 0, toDayOfMonth(a.start_date), 1) AS day, a.supplier AS supplier
    FROM held AS h
    INNER JOIN (SELECT key_hash, origin_seq, origin_row, start_date, supplier FROM activities WHERE sign = 1) AS a
      ON h.key_hash = a.key_hash AND h.origin_seq = a.origin_seq AND h.origin_row = a.origin_row)`;
  return `(
    SELECT ${columns}, toInt64(-1) AS w, toInt64(0) AS out FROM held WHERE (toString(entity), month) NOT IN ${weights.splitCells}
    UNION ALL
    SELECT ${columns}, w, out FROM ${weights.splitLines(withDays, names)})`;
}

async function limited<Row>(reading: Promise<Row[]>): Promise<Row[]> {
  const rows = await reading;
  if (rows.length <= ITEM_ROWS_MAX) return rows;
  throw new FootingError('too_large', `There are more than ${ITEM_ROWS_MAX} sums by entity, month and decision`, {
    remedy: 'Ask for a shorter period, or not by entity',
  });
}

/** Life-cycle stage of each factor that goes along with others. */
async function stagesOf(context: ReadContext, rows: readonly PostedRow[]): Promise<Map<string, string>> {
  const ids = new Set(rows.filter(({ line }) => line > 0).map(({ factor_id }) => factor_id));
  const factors = await factorsById(context, context.seq, [...ids]);
  return new Map([...factors].map(([id, { lifeCycleStage }]) => [id, lifeCycleStage]));
}

/** Rows of the same entity, month and decided descriptor: the line and what goes along with it. */
function groupsOf(rows: readonly PostedRow[]): PostedRow[][] {
  const groups = new Map<string, PostedRow[]>();
  for (const row of rows) {
    const key = groupOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

const groupOf = ({ entity, month, descriptor, year, w, out }: PostedRow): string =>
  `${entity}\n${month}\n${descriptor} ${year} ${w} ${out}`;

function sameLines(rows: readonly PostedRow[], lines: readonly Line[]): boolean {
  return (
    rows.length === lines.length &&
    rows.every((row) => {
      const line = lines[row.line];
      return (
        line !== undefined &&
        line.factor.id === row.factor_id &&
        line.ratio.toString() === row.ratio &&
        line.scope === row.scope &&
        line.category === row.line_category &&
        line.basis === row.basis
      );
    })
  );
}

function rolesOf(rows: readonly PostedRow[], stages: ReadonlyMap<string, string>): Item[] {
  const roles = new Roles();
  return rows.map((row) => {
    const { gwp_source, other_gas, lines, entity, month, year, w, out, scope, method, match } = row;
    const category = row.line_category;
    const flags = Object.fromEntries(FLAG_NAMES.map((flag) => [`lines_${flag}`, row[`lines_${flag}`] ?? '0']));
    const masses = Object.fromEntries(MASSES.map((mass) => [mass, row[mass]])) as Record<Mass, string>;
    return {
      entity,
      month,
      w,
      out,
      year,
      scope,
      category,
      method,
      match,
      descriptor: descriptorOf(row),
      role: roles.of(groupOf(row), row.line, scope, category, stages.get(row.factor_id)),
      basis: row.basis as Line['basis'],
      factor: row.factor_id,
      release: row.release,
      used: Decimal.parse(row.used),
      unit: row.basis === 'spend' ? row.currency : row.unit,
      sums: { gwp_source, other_gas, lines, ...flags, ...masses } as SumRow,
    };
  });
}

/**
 * What the coefficients of a line are to be multiplied by: what was used, or, where amounts are converted at the rate of each day, the
 * converted amount, which is what the posted masses amount to. Null where it is in no posted line.
 */
function usedBy(row: PostedRow, line: Line, posted: () => Decision): Rational | null {
  if (line.fx === '') return Rational.fromDecimal(Decimal.parse(row.used));
  if (line.fx !== row.fx) return null;
  const decision = posted();
  const coefficient = 'lines' in decision ? decision.lines[0]!.coefficients.co2e_source : Rational.ZERO;
  return coefficient.isZero() ? null : Rational.fromDecimal(Decimal.parse(row.co2e_source)).div(coefficient);
}

function decidedAgain(
  what: Weighted & { year: number; used: Decimal; lines: string },
  used: Rational,
  descriptor: Descriptor,
  lines: readonly Line[],
): Item[] {
  const roles = new Roles();
  return lines.map((line, number) => {
    const { factor, scope, category, method, basis, coefficients, flags } = line;
    const masses = Object.fromEntries(
      MASSES.map((mass) => [mass, used.mul(coefficients[mass]).toDecimal(MASS_SCALE).toString()]),
    ) as Record<Mass, string>;
    const counts = Object.fromEntries(
      FLAG_NAMES.map((flag) => [`lines_${flag}`, (flags & FLAGS[flag]) === 0 ? '0' : what.lines]),
    );
    return {
      ...what,
      descriptor,
      role: roles.of('', number, scope, category, factor.lifeCycleStage),
      scope,
      category,
      method,
      basis,
      factor: factor.id,
      release: factor.release,
      unit: basis === 'spend' ? descriptor.currency : descriptor.unit,
      match: null,
      sums: {
        gwp_source: factor.gwpSource,
        other_gas: factor.gases.other_gas,
        lines: what.lines,
        ...counts,
        ...masses,
      } as SumRow,
    };
  });
}

/** What a line is among those of its activity, whatever its factor is called. */
class Roles {
  private readonly seen = new Map<string, number>();
  of(group: string, line: number, scope: number, category: number, stage = ''): string {
    if (line === 0) return 'main';
    const role = `${scope}/${category}/${stage}`;
    const key = `${group}\n${role}`;
    const count = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, count);
    return count === 1 ? role : `${role}/${count}`;
  }
}
