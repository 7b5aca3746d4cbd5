/**
 * Matching in the ledger: which descriptors are new, what is decided about them, and what changes when other releases are
 * adopted. Decisions are rows of \`matches\`, signed and with a seq like every posting.
 */
import { createHash } from 'node:crypto';
import type { Entry } from '../journal/types.ts';
import { CURRENCIES } from '../kernel/currency.ts';
import { FootingError } from '../kernel/errors.ts';
import type { Rational } from '../kernel/rational.ts';
import { gwpSet } from './catalogue/gwp.ts';
import { type Catalogue, loadCatalogue } from './catalogue/load.ts';
import type { Factor, Release } from './catalogue/types.ts';
import { commonDenominator, isFast } from './coefficients.ts';
import { type Decision, decide, type FactorIndex, indexFactors, withFactors } from './decide.ts';
import { literal } from './dimensions.ts';
import { NO_FACTORS, ownFactors, ownFactorsState } from './factors/own.ts';
import { finderOf } from './matching/candidates.ts';
import { type Choice, choose, compileChoices } from './matching/choices.ts';
import { code, type DescriptorRow, descriptorOf } from './matching/descriptor.ts';
import { compiledChoices } from './matching/ledger.ts';
import { refined, refinementBy } from './matching/refine.ts';
import { methodologyInForce } from './methodology/ledger.ts';
import { decisionKey, type MethodologyContent } from './methodology/methodology.ts';
import { decisions } from './postings.ts';
import { releaseAsOf } from './releases/imported.ts';
import type { Money } from './spend/convert.ts';
import { moneyAsOf, moneyStatedBy } from './spend/money.ts';
import { insertRows, type Place, read, run } from './sql.ts';
import { FAST_COEFFICIENT_SCALE, MASSES, type Mass } from './tables.ts';

export const ADOPT_KIND = 'factors.adopt';
const ROWS_PER_INSERT = 5_000;

/** Payload of `factors.adopt`: the releases that are in force from this entry on, all of them. */
export interface AdoptPayload {
  releases: Array<{ release: string; hash: string }>;
}

/** What a release amounts to, as one hash: its factors and the set of potentials that its CO2e is calculated with. */
export function releaseHash(release: Release): string {
  return createHash('sha256')
    .update(`footing release 1\n${release.id}\n${release.gwpSource}\n${release.contentHash}\n`)
    .digest('hex');
}

/** The shipped releases as an account adopts them when it is created: all but those of which there is a fuller one. */
export function starterReleases(catalogue: Catalogue = loadCatalogue()): AdoptPayload {
  return adoptable(catalogue.releases.filter((release) => release.supersededBy === undefined));
}

function adoptable(releases: readonly Release[]): AdoptPayload {
  return { releases: releases.map((release) => ({ release: release.id, hash: releaseHash(release) })) };
}

interface AdoptedRow {
  release: string;
  hash: string;
}

export async function adoptedReleases(place: Place, seq: number): Promise<AdoptedRow[]> {
  return read<AdoptedRow>(
    place,
    `SELECT release, hash FROM releases WHERE seq <= {seq:UInt64} GROUP BY release, hash HAVING sum(sign) > 0 ORDER BY release`,
    { seq },
  );
}

/** Writes what the entry adopts, and the reversal of what was in force. */
export async function adopt(place: Place, entry: Entry): Promise<void> {
  const { releases } = entry.payload as unknown as AdoptPayload;
  const before = await adoptedReleases(place, entry.seq - 1);
  await insertRows(place, 'releases', [
    ...before.map((row) => ({ seq: entry.seq, sign: -1, ...row })),
    ...releases.map(({ release, hash }) => ({ seq: entry.seq, sign: 1, release, hash })),
  ]);
}

const indexes = new Map<string, FactorIndex>();
/** Indexes that are kept; one per set of releases and policies, some 50 MB each. */
const INDEXES_MAX = 8;

/**
 * The factors of the releases in force as of `seq`, under the policies of the methodology in force, or of another.
 * @throws FootingError `corrupt` when a release that was adopted is missing or is no longer what it was.
 */
export async function factorsInForce(place: Place, seq: number, under?: MethodologyContent): Promise<FactorIndex> {
  const [releases, own, methodology] = await Promise.all([
    adoptedReleases(place, seq),
    ownFactorsState(place, seq),
    under ?? methodologyInForce(place, seq),
  ]);
  const money = moneyStatedBy(place, seq).then((stated) =>
    moneyAsOf(place, stated, methodology.fx === 'year_average' ? [...CURRENCIES.keys()] : []),
  );
  // What another methodology would use need not be adopted.
  const adopted = under?.releases
    ? await releasesNamed(place, seq, under.releases)
    : releases.filter(({ release }) => methodology.releases?.includes(release) ?? true);
  const key = [
    own === NO_FACTORS ? '' : `${place.database} ${own}`,
    decisionKey(methodology),
    ...adopted.map(({ release, hash }) => `${release} ${hash}`),
  ].join('\n');
  const known = indexes.get(key);
  if (known) return withMoney(known, await money);
  const ofReleases = key.replace(/^[^\n]*/, '');
  let index = indexes.get(ofReleases);
  if (!index) {
    const factors = (await Promise.all(adopted.map((row) => adoptedFactors(place, seq, row)))).flat();
    index = indexFactors(factors, gwpSet, methodology);
    keep(ofReleases, index);
  }
  if (own !== NO_FACTORS) {
    index = withFactors(index, await ownFactors(place, seq));
    keep(key, index);
  }
  return withMoney(index, await money);
}

function keep(key: string, index: FactorIndex): void {
  if (indexes.size >= INDEXES_MAX) indexes.delete(indexes.keys().next().value!);
  indexes.set(key, index);
}

/** Releases by name, shipped or imported, whether they are adopted or not; names of no release are passed over. */
async function releasesNamed(place: Place, seq: number, names: readonly string[]): Promise<AdoptedRow[]> {
  const found = await Promise.all([...new Set(names)].sort().map((name) => releaseAsOf(place, seq, name)));
  return found.flatMap((each) => (each ? [{ release: each.release.id, hash: releaseHash(each.release) }] : []));
}

/** @throws FootingError `corrupt` when the release is missing or is no longer what it was. */
async function adoptedFactors(
  place: Place,
  seq: number,
  { release: id, hash }: AdoptedRow,
): Promise<readonly Factor[]> {
  const found = await releaseAsOf(place, seq, id);
  if (found && releaseHash(found.release) === hash) return found.factors;
  throw new FootingError('corrupt', `The factor release ${id} is not the one that was adopted`, {
    problems: [{ field: 'release', value: id, reason: found ? 'its content has changed' : 'it is missing' }],
    remedy: 'Restore the catalogue folder of the version that adopted it; a published release never changes',
  });
}

const withMoneys = new WeakMap<FactorIndex, WeakMap<Money, FactorIndex>>();

/** The same factors with what is stated of money, and ready to compare texts; the same object when asked again. */
function withMoney(index: FactorIndex, money: Money): FactorIndex {
  const known = withMoneys.get(index) ?? new WeakMap<Money, FactorIndex>();
  withMoneys.set(index, known);
  let made = known.get(money);
  if (!made) {
    const whole: FactorIndex = {
      ...index,
      policies: { ...index.policies, money },
      suggest: (descriptor, year) => {
        const [best] = finderOf(whole).find(descriptor, year, 1);
        return best && { family: best.family, score: best.score };
      },
    };
    made = whole;
    known.set(money, made);
  }
  return made;
}

interface NewRow extends DescriptorRow {
  seq: string;
  descriptor: string;
  year: number;
}

/** Where descriptors stand: in activities that state their quantity, or in what methods make of the others. */
export type DescriptorTable = 'activities' | 'components';

/** Which rows may bring descriptors that were not decided yet. */
export interface NewRows {
  first: number;
  last: number;
  table: DescriptorTable;
  /** Entry that decides about them, where they are older than it. */
  by?: number;
  /** Further condition on the rows. */
  where?: string;
}

/** Decides about the descriptors that rows bring; returns how many there were to decide, by year. */
export async function decideNew(place: Place, { first, last, table, by, where = '1' }: NewRows): Promise<number> {
  const seq = by ?? first;
  const choices = await compiledChoices(place, seq);
  const refinement = refinementBy(choices.further);
  const calculated = table === 'components';
  const bring = calculated ? '1' : "a.sign = 1 AND a.method = ''";
  const names = ['calculation', 'component', 'problem', 'calculation_flags'];
  const outer = calculated
    ? names.map((name) => `any(${name}) AS ${name}`).join(', ')
    : "'' AS calculation, 0 AS component, '' AS problem, 0 AS calculation_flags";
  const inner = calculated ? `, ${names.map((name) => `any(a.${name}) AS ${name}`).join(', ')}` : '';
  const isRefined = refinement.conditions.length > 0;
  const rows = await read<NewRow>(
    place,
    `
    SELECT min(seq) AS seq, descriptor, year, any(activity) AS activity, any(unit) AS unit, any(currency) AS currency,
      any(country) AS country, any(region) AS region, any(category) AS category,
      any(has_quantity) AS has_quantity, any(has_amount) AS has_amount, ${outer},
      ${isRefined ? 'any(facts)' : 'emptyArrayUInt64()'} AS facts
    FROM (
      SELECT min(a.seq) AS seq, a.descriptor AS descriptor,
        toYear(a.start_date) AS first_year, toYear(coalesce(a.end_date, a.start_date)) AS last_year,
        any(a.activity) AS activity, any(a.unit) AS unit, any(a.currency) AS currency, any(a.country) AS country,
        any(a.region) AS region, any(a.category) AS category,
        any(a.quantity IS NOT NULL) AS has_quantity, any(a.amount IS NOT NULL) AS has_amount${inner}
        ${isRefined ? `, any(${refinement.facts}) AS facts` : ''}
      FROM ${refined(table, refinement)} AS a
      WHERE a.seq BETWEEN {first:UInt64} AND {last:UInt64} AND ${bring} AND ${where}
      GROUP BY a.descriptor, first_year, last_year
    )
    ARRAY JOIN range(first_year, last_year + 1) AS year
    WHERE (descriptor, year) NOT IN (SELECT descriptor, year FROM matches)
    GROUP BY descriptor, year
    ORDER BY seq, descriptor, year`,
    { first, last },
  );
  if (rows.length === 0) return 0;
  const index = await factorsInForce(place, seq);
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
    const values = rows
      .slice(at, at + ROWS_PER_INSERT)
      .flatMap((row) =>
        matchRows(row, decide(descriptorOf(row), row.year, index, choices), by === undefined ? row.seq : String(by)),
      );
    await insertRows(place, 'matches', values);
  }
  return rows.length;
}

interface KnownRow extends NewRow {
  fingerprint: string;
}

/** Activities that a statement names: of more, all are read. */
const ACTIVITIES_NAMED_MAX = 2_000;

/** What of the descriptors a change can concern; each condition narrows them. */
export interface Concerned {
  /** Those for which one of these choices holds. */
  choices?: readonly Choice[];
  /** Those that have an amount. */
  onlyAmounts?: boolean;
  /** Those whose activity is one of these; undefined: of any. */
  named?: ((activity: string) => boolean) | undefined;
}

/** Decides again about the descriptors concerned, with the factors and choices in force at `seq`; true when a decision changed. */
export async function decideAgain(place: Place, seq: number, concerning: Concerned = {}): Promise<boolean> {
  const { choices: changedChoices, onlyAmounts = false, named } = concerning;
  const activities = named && (await read<{ activity: string }>(place, 'SELECT DISTINCT activity FROM matches'));
  const among = activities?.map(({ activity }) => activity).filter((activity) => named!(activity));
  if (among?.length === 0) return false;
  const known = await read<KnownRow>(
    place,
    `
    SELECT descriptor, year, any(activity) AS activity, any(stated_unit) AS unit, any(currency) AS currency, any(country) AS country,
      any(region) AS region, any(stated_category) AS category, any(has_quantity) AS has_quantity,
      any(has_amount) AS has_amount, any(calculation) AS calculation, any(component) AS component, any(problem) AS problem,
      any(calculation_flags) AS calculation_flags, any(facts) AS facts, toString({seq:UInt64}) AS seq,
      arrayStringConcat(arraySort(groupArray(fingerprint)), '\\n') AS fingerprint
    FROM ${decisions('*')} AS d
    ${among === undefined || among.length > ACTIVITIES_NAMED_MAX ? '' : `WHERE d.activity IN ${literal(among)}`}
    GROUP BY descriptor, year
    ORDER BY descriptor, year`,
    { seq, decided: seq },
  );
  const [index, choices] = await Promise.all([factorsInForce(place, seq), compiledChoices(place, seq)]);
  const concerned = changedChoices && compileChoices(changedChoices);
  const values: Array<Record<string, unknown>> = [];
  for (const row of known) {
    const descriptor = descriptorOf(row);
    if (onlyAmounts && !descriptor.hasAmount) continue;
    if (concerned && !choose(descriptor, row.year, concerned)) continue;
    const rows = matchRows(row, decide(descriptor, row.year, index, choices), row.seq);
    if (
      rows
        .map(({ fingerprint }) => fingerprint as string)
        .sort()
        .join('\n') === row.fingerprint
    )
      continue;
    values.push(...rows);
  }
  if (values.length === 0) return false;
  for (let at = 0; at < values.length; at += ROWS_PER_INSERT) {
    await insertRows(place, 'matches', values.slice(at, at + ROWS_PER_INSERT));
  }
  await retireDecidedAgain(place, seq);
  return true;
}

/** Reverses what was in force about the descriptors and years about which the entry has decided again. */
async function retireDecidedAgain(place: Place, seq: number): Promise<void> {
  await run(
    place,
    `
    INSERT INTO matches
    SELECT * REPLACE ({seq:UInt64} AS seq, -1 AS sign)
    FROM (
      SELECT *
      FROM ${decisions('*')}
      WHERE (descriptor, year) IN (SELECT descriptor, year FROM matches WHERE seq = {seq:UInt64} AND sign = 1)
    )`,
    { seq, decided: seq - 1 },
  );
}

/** Rows of `matches` for a decision. */
function matchRows(row: NewRow, decision: Decision, seq: string): Array<Record<string, unknown>> {
  const head = {
    seq,
    sign: 1,
    decided_seq: seq,
    descriptor: row.descriptor,
    year: row.year,
    activity: row.activity,
    stated_unit: row.unit,
    currency: code(row.currency),
    country: code(row.country),
    region: row.region,
    stated_category: row.category,
    has_quantity: Number(row.has_quantity),
    has_amount: Number(row.has_amount),
    calculation: row.calculation,
    component: row.component,
    problem: row.problem,
    calculation_flags: row.calculation_flags,
    facts: row.facts,
    chosen_by: decision.chosenBy ?? '',
  };
  if ('held' in decision) {
    const { held, detail } = decision;
    return [
      {
        ...head,
        line: 0,
        held,
        detail,
        basis: Number(row.has_quantity) === 1 ? 'quantity' : 'spend',
        den: '1',
        fingerprint: fingerprint([held, detail, head.chosen_by]),
      },
    ];
  }
  // The reach of a descriptor is that of its largest line: an activity is out of range as a whole.
  const reach = Math.max(...decision.lines.map(({ coefficients }) => writtenOf(coefficients).reach));
  return decision.lines.map((line, number) => {
    const { fast, den, columns } = writtenOf(line.coefficients);
    const said = {
      basis: line.basis,
      scope: line.scope,
      category: line.category,
      method: line.method,
      factor_id: line.factor.id,
      release: line.factor.release,
      unit: line.factor.unit.code,
      ratio: line.ratio.toString(),
      factor_region: line.factor.region,
      factor_year: Number(line.factor.validFrom.slice(0, 4)),
      gwp_source: line.factor.gwpSource,
      other_gas: line.factor.gases.other_gas,
      flags: line.flags,
      fx: line.fx,
      // What is converted at the rate of the day has no one coefficient.
      fast: line.fx === '' ? fast : 0,
      reach,
      den,
      ...columns,
    };
    return {
      ...head,
      line: number,
      held: '',
      detail: '',
      ...said,
      fingerprint: fingerprint([...Object.values(said), head.chosen_by]),
    };
  });
}

interface Written {
  reach: number;
  fast: 0 | 1;
  den: string;
  /** c_ and n_ of every mass. */
  columns: Record<string, string>;
}

const written = new WeakMap<Record<Mass, Rational>, Written>();

/** Coefficients as they stand in `matches`. */
function writtenOf(coefficients: Record<Mass, Rational>): Written {
  const known = written.get(coefficients);
  if (known) return known;
  const den = commonDenominator(coefficients);
  const fast = isFast(coefficients);
  const result: Written = {
    reach: Math.max(...MASSES.map((mass) => Math.abs(Number(coefficients[mass].toDecimal(40).toString())))),
    fast: fast ? 1 : 0,
    den: den.toString(),
    columns: Object.fromEntries(
      MASSES.flatMap((mass) => {
        const coefficient = coefficients[mass];
        return [
          [`c_${mass}`, fast ? coefficient.toDecimal(FAST_COEFFICIENT_SCALE, 'exact').toString() : '0'],
          [`n_${mass}`, ((coefficient.num * den) / coefficient.den).toString()],
        ];
      }),
    ),
  };
  written.set(coefficients, result);
  return result;
}

function fingerprint(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
}
