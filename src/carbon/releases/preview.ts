/** What changes between two releases, and what adopting one would do to the inventory. */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { factorCo2e, gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { Factor, GwpSetName } from '../catalogue/types.ts';
import { type Decision, decide, indexFactors } from '../decide.ts';
import { ownFactors } from '../factors/own.ts';
import { descriptorOf } from '../matching/descriptor.ts';
import { contribution } from '../matching/effects.ts';
import { daysOf, readSums, sumOf } from '../matching/preview.ts';
import { matchingState } from '../matching/state.ts';
import { adoptedReleases } from '../matching.ts';
import { importedReleases, type LoadedRelease, loadImported, releaseAsOf } from './imported.ts';

/** Changes that are listed, the largest first. */
const LISTED_MAX = 50;

export interface FactorChange {
  /** Id without the release. */
  factor: string;
  unit: string;
  /** Differs where a unit is money of one year. */
  unit_before: string;
  /** CO2e under the source's own potentials; of factors outside the scopes, which have none, the mass of biogenic CO2. */
  measure: 'co2e' | 'co2_biogenic';
  /** kg per unit. */
  before: string;
  after: string;
  /** Per cent of the old value, two decimals; null when that was 0. */
  percent: string | null;
}

export interface ReleaseDifference {
  /** The release that is compared with; null when the publisher has no earlier one. */
  with: string | null;
  factors: number;
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  largest: FactorChange[];
}

/** What a publisher calls its releases, whatever the edition: `us-epa-supply-chain-by-gas`. */
const seriesOf = (id: string): string => id.replace(/-\d[\d.]*(?=-|$)/, '');

/** The newest earlier release of the same series of a publisher that the account knows; else of the publisher. */
export async function predecessor(context: ReadContext, release: LoadedRelease['release']) {
  const imported = await Promise.all(
    (await importedReleases(context, context.seq)).map(({ evidence }) => loadImported(context.engines, evidence)),
  );
  return [...loadCatalogue().releases, ...imported.map((each) => each.release)]
    .filter((each) => each.publisher === release.publisher && each.id !== release.id && each.year < release.year)
    .sort(
      (a, b) =>
        Number(seriesOf(b.id) === seriesOf(release.id)) - Number(seriesOf(a.id) === seriesOf(release.id)) ||
        b.year - a.year,
    )[0]?.id;
}

/** Factor by factor, by their ids without the release. */
export async function differenceOf(
  context: ReadContext,
  { release, factors }: LoadedRelease,
): Promise<ReleaseDifference> {
  const earlier = await predecessor(context, release);
  const before = new Map(
    (earlier === undefined ? [] : (await releaseAsOf(context, context.seq, earlier))!.factors).map((factor) => [
      comparedBy(factor),
      factor,
    ]),
  );
  const changes: FactorChange[] = [];
  let added = 0;
  let unchanged = 0;
  for (const factor of factors) {
    const old = before.get(comparedBy(factor));
    if (!old) {
      added += 1;
      continue;
    }
    before.delete(comparedBy(factor));
    const [was, is] = [old, factor].map((each) => factorCo2e(each, gwpSet(each.gwpSource))) as Pair;
    if (was.equals(is) && sameGases(old, factor)) unchanged += 1;
    else if (was.isZero() && is.isZero())
      changes.push(changeOf([old, factor], 'co2_biogenic', [old, factor].map(biogenicOf) as Pair));
    else changes.push(changeOf([old, factor], 'co2e', [was, is]));
  }
  const size = ({ percent }: FactorChange) => (percent === null ? Number.POSITIVE_INFINITY : Math.abs(Number(percent)));
  changes.sort((a, b) => size(b) - size(a) || (a.factor < b.factor ? -1 : 1));
  return {
    with: earlier ?? null,
    factors: factors.length,
    added,
    removed: before.size,
    changed: changes.length,
    unchanged,
    largest: changes.slice(0, LISTED_MAX),
  };
}

function shortId(factor: Factor): string {
  return factor.id.slice(factor.release.length + 1);
}

/** Factors per dollar are of another unit in every publication: of other prices. */
function comparedBy(factor: Factor): string {
  return shortId(factor).replace(/(\/[a-z]{3})-\d{4}-/, '$1-');
}

function sameGases(a: Factor, b: Factor): boolean {
  return JSON.stringify(a.gases) === JSON.stringify(b.gases);
}

const HUNDRED = Rational.parse('100');

const biogenicOf = ({ gases }: Factor): Rational => Rational.parse(gases.co2_biogenic);

type Pair = [was: Rational, is: Rational];

function changeOf([old, factor]: [Factor, Factor], measure: FactorChange['measure'], [was, is]: Pair): FactorChange {
  return {
    factor: shortId(factor),
    unit: factor.unit.code,
    unit_before: old.unit.code,
    measure,
    before: was.toString(),
    after: is.toString(),
    percent: was.isZero() ? null : is.sub(was).mul(HUNDRED).div(was).toDecimal(2).toString(),
  };
}

export interface AdoptionEffect {
  /** Descriptions by year that would take another factor, and their lines. */
  descriptors: number;
  lines: number;
  /** kg CO2e of these lines in scopes 1 to 3, now and after. */
  before_kg: string;
  after_kg: string;
  change_kg: string;
  /** Lines that would be held back and are not, and the other way round. */
  newly_held: number;
  no_longer_held: number;
  /** Lines whose amount has no rate on some day, or whose other measure would have to be used: not in the figures. */
  not_estimated: number;
}

/** What the inventory would be with exactly these releases in force, by what is posted as of the context's entry. */
export async function effectOfAdopting(
  context: ReadContext,
  releases: readonly string[],
  gwp: GwpSetName,
): Promise<AdoptionEffect> {
  const [rows, state, own, loaded] = await Promise.all([
    readSums(context),
    matchingState(context, context.seq),
    ownFactors(context, context.seq),
    Promise.all(releases.map((id) => releaseAsOf(context, context.seq, id))),
  ]);
  const factors = loaded.flatMap((each) => each?.factors ?? []);
  const then = indexFactors([...factors, ...own], gwpSet, state.index.policies);
  const totals = { before: Decimal.ZERO, after: Decimal.ZERO };
  const effect = { descriptors: 0, lines: 0, newly_held: 0, no_longer_held: 0, not_estimated: 0 };
  const changed = rows.flatMap((row) => {
    const descriptor = descriptorOf(row);
    const now = state.decide(descriptor, row.year);
    const after = decide(descriptor, row.year, then, state.choices);
    return sameFactors(now, after) ? [] : [{ row, now, next: after }];
  });
  const days = await daysOf(context, changed);
  for (const { row, now, next: after } of changed) {
    const lines = Number(row.lines);
    effect.descriptors += 1;
    effect.lines += lines;
    const wasHeld = 'held' in now;
    const willBeHeld = 'held' in after;
    if (willBeHeld && !wasHeld) effect.newly_held += lines;
    if (wasHeld && !willBeHeld) effect.no_longer_held += lines;
    const sum = { ...sumOf(row), days: days.of(row.match, row.held) };
    const was = contribution(now, sum, gwp, state.rate);
    const will = contribution(after, sum, gwp, state.rate);
    if ((!wasHeld && !was) || (!willBeHeld && !will)) {
      effect.not_estimated += lines;
      continue;
    }
    totals.before = totals.before.add(was ?? Decimal.ZERO);
    totals.after = totals.after.add(will ?? Decimal.ZERO);
  }
  return {
    ...effect,
    before_kg: totals.before.toString(),
    after_kg: totals.after.toString(),
    change_kg: totals.after.sub(totals.before).toString(),
  };
}

/** By id: a release never changes, and the account's own factors are the same on both sides. */
function sameFactors(a: Decision, b: Decision): boolean {
  const said = (decision: Decision) =>
    'held' in decision ? [decision.held, decision.detail] : decision.lines.map(({ factor }) => factor.id);
  return said(a).join('\n') === said(b).join('\n');
}

export interface ReleaseView {
  release: LoadedRelease['release'];
  adopted: boolean;
  /** Entry that imported it; null for what ships with the product. */
  imported: number | null;
}

/** Every release that the account knows, with whether it is in force. */
export async function releasesKnown(context: ReadContext): Promise<ReleaseView[]> {
  const [adopted, rows] = await Promise.all([
    adoptedReleases(context, context.seq),
    importedReleases(context, context.seq),
  ]);
  const inForce = new Set(adopted.map(({ release }) => release));
  const imported = await Promise.all(
    rows.map(async (row) => ({ release: (await loadImported(context.engines, row.evidence)).release, seq: row.seq })),
  );
  return [
    ...loadCatalogue().releases.map((release) => ({ release, adopted: inForce.has(release.id), imported: null })),
    ...imported.map(({ release, seq }) => ({ release, adopted: inForce.has(release.id), imported: seq })),
  ].sort((a, b) => (a.release.id < b.release.id ? -1 : 1));
}
