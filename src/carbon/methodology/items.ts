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
import { gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { type Decision, type Descriptor, decide, type FactorIndex, indexFactors, type Line } from '../decide.ts';
import type { SumRow } from '../figures.ts';
import { compiledChoices } from '../matching/ledger.ts';
import { adoptedReleases, factorsInForce } from '../matching.ts';
import { read } from '../sql.ts';
import { FLAG_NAMES, FLAGS, MASS_SCALE, MASSES, type Mass } from '../tables.ts';
import { methodologyInForce } from './ledger.ts';
import { decisionKey, type MethodologyContent } from './methodology.ts';

export interface ItemQuery {
  /** First and last month, YYYY-MM, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  byEntity?: boolean;
  byMonth?: boolean;
}

/** Lines that share a decision (and an entity, a month), added up. */
export interface Item {
  entity: string;
  month: string;
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
  /** Lines that a methodology decides on by amount where they are posted by quantity, or the reverse: left as posted. */
  otherBasisLines: number;
  /** Lines held back under the methodology. */
  heldLines: number;
}

/** Rows in one answer, by entity: above, entities cannot be told apart. */
export const ITEM_ROWS_MAX = 400_000;

type Facts = Record<'activity' | 'stated_unit' | 'currency' | 'country' | 'region' | 'stated_category', string> & {
  has_quantity: number;
  has_amount: number;
};

type PostedRow = SumRow &
  Facts &
  Record<
    'entity' | 'month' | 'match' | 'descriptor' | 'basis' | 'method' | 'factor_id' | 'release' | 'ratio' | 'used',
    string
  > & { year: number; line: number; scope: number; category: number };

type HeldRow = Facts &
  Record<'entity' | 'month' | 'descriptor' | 'held' | 'lines' | 'quantity' | 'amount', string> & { year: number };

const FACTS = 'activity, stated_unit, currency, country, region, stated_category, has_quantity, has_amount';

/**
 * All lines as of context.seq under a methodology, or as they are posted.
 * @throws FootingError `too_large` when entities or months make more than ITEM_ROWS_MAX rows.
 */
export async function itemsUnder(
  context: ReadContext,
  query: ItemQuery,
  methodology?: MethodologyContent,
): Promise<Items> {
  const inForce = await methodologyInForce(context, context.seq);
  const posted = await readPosted(context, query);
  if (!methodology || decisionKey(methodology) === decisionKey(inForce)) {
    return { items: rolesOf(posted), otherBasisLines: 0, heldLines: 0 };
  }
  const [held, index, choices] = await Promise.all([
    readHeld(context, query),
    indexUnder(context, methodology),
    compiledChoices(context, context.seq),
  ]);
  const decisions = new Map<string, Decision>();
  const decided = (row: Facts & { descriptor: string; year: number }): Decision => {
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
    if (sameLines(group, decision.lines)) result.items.push(...rolesOf(group));
    else if (decision.lines[0]!.basis !== first!.basis) {
      result.otherBasisLines += Number(first!.lines);
      result.items.push(...rolesOf(group));
    } else {
      const { entity, month, year, used, lines } = first!;
      result.items.push(
        ...decidedAgain(
          { entity, month, year, used: Decimal.parse(used), lines },
          descriptorOf(first!),
          decision.lines,
        ),
      );
    }
  }
  for (const row of held) {
    const decision = decided(row);
    if ('held' in decision) {
      result.heldLines += Number(row.lines);
      continue;
    }
    const used = decision.lines[0]!.basis === 'spend' ? row.amount : row.quantity;
    const { entity, month, year, lines } = row;
    result.items.push(
      ...decidedAgain(
        { entity, month, year, used: Decimal.parse(used || '0'), lines },
        descriptorOf(row),
        decision.lines,
      ),
    );
  }
  return result;
}

/**
 * The factors that a methodology decides by: its releases when it names them, whether they are adopted or not, else the adopted.
 * @throws FootingError `invalid` for a release that does not exist.
 */
export async function indexUnder(context: ReadContext, methodology: MethodologyContent): Promise<FactorIndex> {
  if (methodology.releases === null) return factorsInForce(context, context.seq, methodology);
  const adopted = new Set((await adoptedReleases(context, context.seq)).map(({ release }) => release));
  if (methodology.releases.every((release) => adopted.has(release))) {
    return factorsInForce(context, context.seq, methodology);
  }
  const wanted = new Set(checkReleases(methodology.releases));
  return indexFactors(
    loadCatalogue().factors.filter(({ release }) => wanted.has(release)),
    gwpSet,
    methodology,
  );
}

/** @throws FootingError `invalid` naming each release that the catalogue does not hold. */
export function checkReleases(releases: readonly string[]): readonly string[] {
  const known = loadCatalogue().releases.map(({ id }) => id);
  const problems = releases
    .filter((release) => !known.includes(release))
    .map((release) => {
      const near = nearest(release, known);
      return {
        field: 'releases',
        value: shown(release),
        reason: 'is not in the catalogue',
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
        FROM ${lines ? 'emissions' : 'match_totals'}
        WHERE seq <= {seq:UInt64} AND ${where}
        GROUP BY ${group}, match
        HAVING sum(${lines ? 'sign' : 'lines'}) != 0 OR sum(used) != 0
        LIMIT ${ITEM_ROWS_MAX + 1}
      ) AS t
      INNER JOIN (
        SELECT toString(match) AS match, toString(descriptor) AS descriptor, year, line, ${FACTS}, basis, scope, category, method,
          factor_id, release, ratio, gwp_source, other_gas
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
        FROM held
        WHERE seq <= {seq:UInt64} AND ${where}
        GROUP BY ${group}, match, reason
        HAVING sum(sign) != 0
        LIMIT ${ITEM_ROWS_MAX + 1}
      ) AS t
      INNER JOIN (
        SELECT match, toString(descriptor) AS descriptor, year, ${FACTS}, held
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
function parts({ from, to, byEntity, byMonth }: ItemQuery) {
  const columns = [...(byEntity ? ['toString(entity) AS entity_'] : ["'' AS entity_"])];
  columns.push(byMonth ? 'substring(toString(month), 1, 7) AS month_' : "'' AS month_");
  const where = [
    ...(from === undefined ? [] : ['month >= toDate32({from:String})']),
    ...(to === undefined ? [] : ['month <= toDate32({to:String})']),
  ];
  return {
    group: columns.join(', '),
    select: 't.entity_ AS entity, t.month_ AS month',
    where: where.length === 0 ? '1' : where.join(' AND '),
    parameters: {
      ...(from === undefined ? {} : { from: `${from}-01` }),
      ...(to === undefined ? {} : { to: `${to}-01` }),
    },
  };
}

async function limited<Row>(reading: Promise<Row[]>): Promise<Row[]> {
  const rows = await reading;
  if (rows.length <= ITEM_ROWS_MAX) return rows;
  throw new FootingError('too_large', `There are more than ${ITEM_ROWS_MAX} sums by entity, month and decision`, {
    remedy: 'Ask for a shorter period, or not by entity',
  });
}

/** Rows of the same entity, month and decided descriptor: the line and what goes along with it. */
function groupsOf(rows: readonly PostedRow[]): PostedRow[][] {
  const groups = new Map<string, PostedRow[]>();
  for (const row of rows) {
    const key = `${row.entity}\n${row.month}\n${row.descriptor} ${row.year}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

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
        line.category === row.category &&
        line.basis === row.basis
      );
    })
  );
}

function rolesOf(rows: readonly PostedRow[]): Item[] {
  const roles = new Roles();
  return rows.map((row) => {
    const { gwp_source, other_gas, lines, entity, month, year, scope, category, method, match } = row;
    const flags = Object.fromEntries(FLAG_NAMES.map((flag) => [`lines_${flag}`, row[`lines_${flag}`] ?? '0']));
    const masses = Object.fromEntries(MASSES.map((mass) => [mass, row[mass]])) as Record<Mass, string>;
    return {
      entity,
      month,
      year,
      scope,
      category,
      method,
      match,
      descriptor: descriptorOf(row),
      role: roles.of(`${entity}\n${month}\n${row.descriptor} ${year}`, row.line, scope, category, row.factor_id),
      basis: row.basis as Line['basis'],
      factor: row.factor_id,
      release: row.release,
      used: Decimal.parse(row.used),
      unit: row.basis === 'spend' ? row.currency : row.stated_unit,
      sums: { gwp_source, other_gas, lines, ...flags, ...masses } as SumRow,
    };
  });
}

function decidedAgain(
  what: { entity: string; month: string; year: number; used: Decimal; lines: string },
  descriptor: Descriptor,
  lines: readonly Line[],
): Item[] {
  const roles = new Roles();
  const used = Rational.fromDecimal(what.used);
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
      role: roles.of('', number, scope, category, factor.id),
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
  of(group: string, line: number, scope: number, category: number, factorId: string): string {
    if (line === 0) return 'main';
    const stage = loadCatalogue().byId(factorId)?.lifeCycleStage ?? '';
    const role = `${scope}/${category}/${stage}`;
    const key = `${group}\n${role}`;
    const count = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, count);
    return count === 1 ? role : `${role}/${count}`;
  }
}

function descriptorOf(row: Facts): Descriptor {
  return {
    activity: row.activity,
    unit: row.stated_unit,
    currency: row.currency,
    country: row.country,
    region: row.region,
    category: row.stated_category,
    hasQuantity: Number(row.has_quantity) === 1,
    hasAmount: Number(row.has_amount) === 1,
  };
}
