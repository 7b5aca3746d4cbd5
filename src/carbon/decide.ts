/**
 * Matching: what a descriptor (everything about an activity that decides its factor) amounts to in one calendar year. A pure
 * function of the descriptor, the year, the factors and the people's choices in force, so that replaying the journal decides
 * alike. In this order: the factor that the line itself names by its id, rules, decisions, exact names, aliases.
 */
import { COUNTRIES } from '../kernel/country.ts';
import { CURRENCIES } from '../kernel/currency.ts';
import { Rational } from '../kernel/rational.ts';
import { findUnit, parseUnit, type Unit } from '../kernel/units.ts';
import { convertFuel } from './catalogue/fuels.ts';
import { loadCatalogue, nameKey } from './catalogue/load.ts';
import type { Factor, GwpSet, GwpSetName } from './catalogue/types.ts';
import { coefficientsOf, commonDenominator } from './coefficients.ts';
import { rivalOf } from './factors/rivals.ts';
import { type Choice, type Choices, choose, NO_CHOICES } from './matching/choices.ts';
import { DEFAULT_POLICIES, type DecisionPolicies, GAP_YEARS_MAX, gapAllowed } from './methodology/policies.ts';
import { methodNamed } from './methods/methods.ts';
import { companionPlacement, type Placement, placementOf } from './placement.ts';
import { convertInYear, type Means } from './spend/convert.ts';
import { FLAGS, MASSES, type Mass } from './tables.ts';
import { unitsTaken } from './unitWords.ts';

/** A factor more years away from the activity than this is not used, unless the methodology says otherwise. */
export const YEAR_GAP_MAX = GAP_YEARS_MAX;
/** Denominators and numerators beyond this would not fit the 256-bit arithmetic of the ledger. */
const FRACTION_MAX = 10n ** 38n;
const COEFFICIENT_MAX = Rational.parse('1e19');

export interface Descriptor {
  activity: string;
  unit: string;
  currency: string;
  country: string;
  region: string;
  category: string;
  hasQuantity: boolean;
  hasAmount: boolean;
  /** Calculation method that the quantity comes from; left out or '' = it is stated. */
  calculation?: string;
  /** Which of the quantities that the method makes, 0 for the first. */
  part?: number;
  /** What is wrong with the inputs of the method. */
  problem?: string;
  /** Bits of FLAGS that the calculation brings. */
  calculationFlags?: number;
  /** Keys of the further conditions of rules (supplier, entity, attributes) that hold. */
  holds?: ReadonlySet<string>;
}

export interface Held {
  held: string;
  /** What exactly is wrong, for people. */
  detail: string;
  chosenBy?: string;
}

export interface Line {
  factor: Factor;
  basis: 'quantity' | 'spend';
  /** 0 = outside the scopes. */
  scope: number;
  /** 0 = none. */
  category: number;
  method: string;
  /** Units of the factor in one unit of the activity. */
  ratio: Rational;
  /** kg per unit of the activity. */
  coefficients: Record<Mass, Rational>;
  flags: number;
  /** `EUR>USD` where each line is converted at the rate of its day, which is not in the coefficients; else ''. */
  fx: string;
}

/** `chosenBy`: `line`, or the id of the decision or rule that chose; absent when the name did. */
export type Decision = { lines: Line[]; chosenBy?: string } | Held;

/** The line names its factor by id. */
export const BY_LINE = 'line';
/** The name is similar; the score follows. */
export const BY_TEXT = 'text';

/** Factors by the names under which they are found. */
export interface FactorIndex {
  byId: ReadonlyMap<string, Factor>;
  byName: ReadonlyMap<string, readonly Factor[]>;
  /** Looked at only when no factor has the very name. */
  byAlias: ReadonlyMap<string, readonly Factor[]>;
  companions: ReadonlyMap<string, readonly Factor[]>;
  gwp: (name: GwpSetName) => GwpSet;
  /** What the methodology says about years and places, and what is stated of money. */
  policies: Means;
  /** The closest name of a factor for a text, with its score; absent = texts are not compared. */
  suggest?: (descriptor: Descriptor, year: number) => { family: string; score: number } | undefined;
}

export function indexFactors(
  factors: Iterable<Factor>,
  gwp: (name: GwpSetName) => GwpSet,
  policies: Means = DEFAULT_POLICIES,
): FactorIndex {
  const empty: FactorIndex = {
    byId: new Map(),
    byName: new Map(),
    byAlias: new Map(),
    companions: new Map(),
    gwp,
    policies,
  };
  return withFactors(empty, factors);
}

/** Another index with further factors after those that are in it. */
export function withFactors(index: FactorIndex, factors: Iterable<Factor>): FactorIndex {
  const byId = new Map(index.byId);
  const byName = new Map(index.byName);
  const byAlias = new Map(index.byAlias);
  const companions = new Map(index.companions);
  // Lists of the other index stay as they are.
  const made = new Map<readonly Factor[], Factor[]>();
  const add = (map: Map<string, readonly Factor[]>, name: string, factor: Factor) => {
    const list = map.get(name) ?? [];
    if (list.includes(factor)) return;
    const own = made.get(list);
    if (own) own.push(factor);
    else {
      const longer = [...list, factor];
      made.set(longer, longer);
      map.set(name, longer);
    }
  };
  for (const factor of factors) {
    byId.set(factor.id, factor);
    add(byName, nameKey(factor.name), factor);
    for (const alias of factor.aliases) add(byAlias, nameKey(alias), factor);
    if (factor.accompanies !== '') add(companions, nameKey(factor.accompanies), factor);
  }
  return { ...index, byId, byName, byAlias, companions };
}

/** The lines of a descriptor in a year, or why it is held. */
export function decide(
  descriptor: Descriptor,
  year: number,
  index: FactorIndex,
  choices: Choices = NO_CHOICES,
): Decision {
  if (descriptor.problem) return { held: 'input_problem', detail: descriptor.problem };
  const decision = decideStated(descriptor, year, index, choices);
  return 'held' in decision || !descriptor.calculation ? decision : calculated(decision, descriptor);
}

/** Lines of a calculation: the category and the name that its method gives them. */
function calculated(decision: Extract<Decision, { lines: Line[] }>, descriptor: Descriptor): Decision {
  const method = methodNamed(descriptor.calculation ?? '');
  if (!method) return decision;
  const { category, categoryStated, reportedAs, companions } = method;
  const stated = categoryStated ? scopeThreeCategory(descriptor.category) : undefined;
  const placed = stated ?? category;
  const lines = decision.lines
    .filter((line, i) => i === 0 || companions === 'all' || line.scope === 0)
    .map((line, i): Line => {
      if (i > 0) {
        const follows = placed !== undefined && line.factor.alsoCategories.includes(placed);
        return follows ? { ...line, category: placed } : line;
      }
      return {
        ...line,
        flags: line.flags | (descriptor.calculationFlags ?? 0),
        ...(placed !== undefined && line.scope !== 0 && { scope: 3, category: placed }),
        ...(reportedAs !== undefined && { method: reportedAs }),
      };
    });
  return { ...decision, lines };
}

function decideStated(descriptor: Descriptor, year: number, index: FactorIndex, choices: Choices): Decision {
  const stated = index.byId.get(descriptor.activity.trim());
  if (stated) {
    const pinned = (unit: Unit) => pickPinned(stated, descriptor, unit, year, index.policies);
    return { ...decideBy(pinned, descriptor, year, index), chosenBy: BY_LINE };
  }
  const choice = choose(descriptor, year, choices);
  if (choice) return { ...decideChosen(choice, descriptor, year, index), chosenBy: choice.id };
  const name = nameKey(descriptor.activity);
  const named = index.byName.get(name) ?? [];
  const alsoNamed = index.byAlias.get(name) ?? [];
  if (named.length + alsoNamed.length === 0) {
    return decideBySimilarity(descriptor, year, index) ?? decideBy(undefined, descriptor, year, index);
  }
  return decideBy(
    (unit) => pickNamed(named, alsoNamed, descriptor, unit, year, index.policies),
    descriptor,
    year,
    index,
  );
}

/** The factors of the closest name, where the methodology allows it. */
function decideBySimilarity(descriptor: Descriptor, year: number, index: FactorIndex): Decision | undefined {
  const { threshold } = index.policies;
  if (threshold === null || !index.suggest) return undefined;
  const suggested = index.suggest(descriptor, year);
  if (!suggested || suggested.score < Number(threshold)) return undefined;
  const family = index.byName.get(nameKey(suggested.family)) ?? [];
  const decision = decideBy((unit) => pick(family, descriptor, unit, year, index.policies), descriptor, year, index);
  if ('held' in decision) return undefined;
  const lines = decision.lines.map((line) => ({ ...line, flags: line.flags | FLAGS.text_match }));
  return { lines, chosenBy: `${BY_TEXT} ${suggested.score}` };
}

/** What a person chose: nothing, one factor, or the factors of a name. */
function decideChosen(choice: Choice, descriptor: Descriptor, year: number, index: FactorIndex): Decision {
  if (choice.leftOut) return { held: 'left_out', detail: choice.reason };
  if (choice.factor !== '') {
    const factor = index.byId.get(choice.factor);
    if (!factor) return { held: 'chosen_factor_missing', detail: choice.factor };
    return decideBy((unit) => pickPinned(factor, descriptor, unit, year, index.policies), descriptor, year, index);
  }
  const family = index.byName.get(nameKey(choice.family));
  if (!family) return { held: 'chosen_factor_missing', detail: choice.family };
  return decideBy((unit) => pick(family, descriptor, unit, year, index.policies), descriptor, year, index);
}

/** The lines by the factor that `pickFor` finds for a unit; undefined when there is nothing to pick from. */
function decideBy(
  pickFor: ((unit: Unit) => Picked | Held) | undefined,
  descriptor: Descriptor,
  year: number,
  index: FactorIndex,
): Decision {
  const { country } = descriptor;
  if (country !== '' && !COUNTRIES.has(country)) return { held: 'unknown_country', detail: country };
  const assumed = index.policies.units[descriptor.unit.trim().toLowerCase()];
  const unitAnswer = !descriptor.hasQuantity
    ? undefined
    : assumed === undefined
      ? findUnit(descriptor.unit)
      : { unit: parseUnit(assumed) };
  if (unitAnswer && 'problem' in unitAnswer) {
    const { reason, remedy } = unitAnswer.problem;
    const ambiguous = remedy?.startsWith('Write one of') || reason.includes('different');
    return {
      held: ambiguous ? 'ambiguous_unit' : 'unknown_unit',
      detail: said(`${descriptor.unit} ${reason}`, remedy),
    };
  }
  if (descriptor.hasAmount && !CURRENCIES.has(descriptor.currency)) {
    return { held: 'unknown_currency', detail: descriptor.currency };
  }
  if (!pickFor) return { held: 'unknown_activity', detail: descriptor.activity };
  const currencyUnit = descriptor.hasAmount ? findUnit(descriptor.currency) : undefined;
  const units: Array<{ unit: Unit; basis: Line['basis'] }> = [];
  if (unitAnswer && 'unit' in unitAnswer) units.push({ unit: unitAnswer.unit, basis: 'quantity' });
  if (currencyUnit && 'unit' in currencyUnit) units.push({ unit: currencyUnit.unit, basis: 'spend' });

  let worst: Held | undefined;
  for (const { unit, basis } of units) {
    const picked = pickFor(unit);
    if ('held' in picked) {
      worst ??=
        basis === 'spend' && picked.held === 'unit_mismatch'
          ? { held: 'no_spend_factor', detail: `${descriptor.activity} by amount in ${descriptor.currency}` }
          : picked;
      continue;
    }
    if (assumed !== undefined && basis === 'quantity') picked.flags |= FLAGS.unit_assumed;
    return withCompanions(withRadiativeForcing(picked, index), descriptor, unit, basis, year, index);
  }
  return worst ?? { held: 'unknown_unit', detail: descriptor.unit };
}

const RF = / (with|without) RF$/;

/** The names that a decision about one name may also look at: the flight with and without radiative forcing. */
export const namesBeside = (name: string): string[] =>
  RF.test(name) ? [name.replace(RF, ' with RF'), name.replace(RF, ' without RF')] : [name];

/** The flight factor with or without radiative forcing, where the methodology wants always one of them. */
function withRadiativeForcing(picked: Picked, index: FactorIndex): Picked {
  const { radiativeForcing } = index.policies;
  if (radiativeForcing === 'as_stated' || !RF.test(picked.factor.name)) return picked;
  const name = picked.factor.name.replace(RF, radiativeForcing === 'included' ? ' with RF' : ' without RF');
  const { unit, region, release } = picked.factor;
  const other = index.byName
    .get(nameKey(name))
    ?.find((factor) => factor.unit.code === unit.code && factor.region === region && factor.release === release);
  return other ? { ...picked, factor: other } : picked;
}

/** Factors of the very name go first, unless only those that have it as an alias are meant for the place. */
function pickNamed(
  named: readonly Factor[],
  alsoNamed: readonly Factor[],
  descriptor: Descriptor,
  unit: Unit,
  year: number,
  policies: Means,
): Picked | Held {
  if (named.length === 0) return pick(alsoNamed, descriptor, unit, year, policies);
  const picked = pick(named, descriptor, unit, year, policies);
  const fits = !('held' in picked) && (picked.flags & FLAGS.foreign_region) === 0;
  if (fits || alsoNamed.length === 0) return picked;
  const other = pick(alsoNamed, descriptor, unit, year, policies);
  if ('held' in other) return picked;
  return 'held' in picked || (other.flags & FLAGS.foreign_region) === 0 ? other : picked;
}

/** The very factor that was chosen: only the unit and the distance in years can speak against it; what is not meant so is flagged. */
function pickPinned(factor: Factor, descriptor: Descriptor, unit: Unit, year: number, policies: Means): Picked | Held {
  const { gapYearsMax } = policies;
  const answer = convertInYear(unit, factor.unit, year, policies);
  if (!('ratio' in answer)) {
    const { reason, remedy } = answer.problem;
    return { held: 'unit_mismatch', detail: said(reason, remedy) };
  }
  const gap = yearGap(factor, year);
  if (Math.abs(gap) > gapYearsMax) return { held: 'no_factor_for_year', detail: `${factor.id}, ${year}` };
  let flags = answer.flags | (gap === 0 ? 0 : FLAGS.year_fallback);
  const { country, region } = descriptor;
  const code = region.trim().toUpperCase();
  if (code !== '' && (factor.region === code || factor.region === `${country}-${code}`)) flags |= 0;
  else if (isOfNoPlace(factor)) flags |= 0;
  else if (factor.region === 'GLO') flags |= country === '' && region === '' ? 0 : FLAGS.region_fallback;
  else if (country === '') flags |= FLAGS.region_assumed;
  else if (factor.region === country) flags |= region === '' ? 0 : FLAGS.region_fallback;
  else if (isInside(factor.region, country)) flags |= FLAGS.part_of_country;
  else flags |= FLAGS.foreign_region;
  return { factor, ratio: answer.ratio, flags, fx: answer.fx };
}

export interface Picked {
  factor: Factor;
  ratio: Rational;
  flags: number;
  fx: string;
}

/**
 * The factor for a place, a unit and a year: first the nearest region, within it the year that the methodology prefers, then the
 * order of ids.
 */
export function pick(
  factors: readonly Factor[],
  descriptor: Descriptor,
  unit: Unit,
  year: number,
  policies: Means = DEFAULT_POLICIES,
): Picked | Held {
  const convertible: Array<{ factor: Factor; ratio: Rational; flags: number; fx: string }> = [];
  let problem: { reason: string; remedy?: string } | undefined;
  for (const factor of factors) {
    const answer = convertInYear(unit, factor.unit, year, policies);
    if ('ratio' in answer) convertible.push({ factor, ...answer });
    else problem ??= answer.problem;
  }
  if (convertible.length === 0) {
    for (const factor of factors) {
      const ratio = convertFuel(factor.name, unit, factor.unit, policies.netGross)?.ratio;
      if (ratio) convertible.push({ factor, ratio, flags: FLAGS.fuel_conversion, fx: '' });
    }
  }
  if (convertible.length === 0)
    return { held: 'unit_mismatch', detail: mismatch(problem, factors, descriptor, policies) };

  const place = placeOf(
    convertible.map(({ factor }) => factor),
    descriptor,
    policies,
  );
  if ('held' in place) return place;
  const near = convertible
    .filter(({ factor }) => place.regions.has(factor.region))
    .map((candidate) => ({
      ...candidate,
      gap:
        policies.time === 'publication_year' ? publicationGap(candidate.factor, year) : yearGap(candidate.factor, year),
    }))
    .filter(({ gap }) => gapAllowed(gap, policies))
    .sort(
      (a, b) =>
        Math.abs(a.gap) - Math.abs(b.gap) ||
        // Of two equally near, the one that is not later.
        a.gap - b.gap ||
        // What the account states itself goes before what is published.
        Number(isOwn(b.factor)) - Number(isOwn(a.factor)) ||
        Number(b.factor.unit.code === unit.code) - Number(a.factor.unit.code === unit.code) ||
        Number(isUnsplit(a.factor)) - Number(isUnsplit(b.factor)) ||
        compare(a.factor.id, b.factor.id),
    );
  const best = near[0];
  if (!best) return { held: 'no_factor_for_year', detail: `${descriptor.activity}, ${year}` };
  const others = isOwn(best.factor) ? near.slice(1).filter(({ gap }) => gap === best.gap) : [];
  const rival = rivalOf(
    best.factor,
    others.map(({ factor }) => factor),
  );
  if (rival)
    return {
      held: 'several_factors',
      detail: `${best.factor.id} and ${rival.id}; decide on one, state a rule, or name one by its id`,
    };
  return {
    factor: best.factor,
    ratio: best.ratio,
    flags: best.flags | place.flags | (best.gap === 0 ? 0 : FLAGS.year_fallback),
    fx: best.fx,
  };
}

/**
 * The regions whose factors may be used, in this order: the stated region, the country, a part of it, the world, any other country.
 * Whatever is not the very place is flagged; a part of the country and another country serve only for what does not depend on a grid.
 */
function placeOf(
  factors: readonly Factor[],
  descriptor: Descriptor,
  { geography }: DecisionPolicies,
): { regions: Set<string>; flags: number } | Held {
  const held = new Set(factors.map(({ region }) => region));
  const { country, region } = descriptor;
  const only = (name: string, flags: number) => ({ regions: new Set([name]), flags });
  if (held.size === 1 && factors.every(isOfNoPlace)) return { regions: held, flags: 0 };
  if (region !== '') {
    const code = region.trim().toUpperCase();
    for (const name of [code, `${country}-${code}`]) if (name !== country && held.has(name)) return only(name, 0);
  }
  const regionLost = region === '' ? 0 : FLAGS.region_fallback;
  if (country !== '') {
    if (held.has(country)) return only(country, regionLost);
    // A hotel in London is one of the United Kingdom; a grid of one state is not that of another.
    const inside = factors.filter((factor) => isInside(factor.region, country) && !isTiedToGrid(factor));
    if (inside.length > 0)
      return { regions: new Set(inside.map((factor) => factor.region)), flags: FLAGS.part_of_country };
    if (held.has('GLO') && geography.world) return only('GLO', FLAGS.region_fallback);
    const elsewhere = geography.otherCountries
      ? factors.filter((factor) => !isTiedToGrid(factor) && factor.region !== 'GLO').map((factor) => factor.region)
      : [];
    if (elsewhere.length > 0) return { regions: new Set(elsewhere), flags: FLAGS.foreign_region };
    return {
      held: 'no_factor_for_region',
      detail: `${descriptor.activity} in ${country}; there are factors for ${[...held].sort().join(', ')}`,
    };
  }
  if (held.has('GLO')) return only('GLO', regionLost);
  if (held.size === 1 && geography.assumeOnly) return { regions: held, flags: FLAGS.region_assumed };
  return { held: 'country_missing', detail: `${descriptor.activity}: ${[...held].sort().join(', ')}` };
}

/** Regions within a country are written after its code: GB-LND, US-CAMX. */
const isInside = (region: string, country: string): boolean => region.startsWith(`${country}-`);

/** One kilogram of a gas that escapes is the same everywhere, whoever published its potential. */
function isOfNoPlace(factor: Factor): boolean {
  return factor.sourceTable === 'identity' || factor.lifeCycleStage === 'fugitive';
}

/** Release of the factors that the account states itself. */
export const OWN_RELEASE = 'own';

function isOwn(factor: Factor): boolean {
  return factor.release === OWN_RELEASE;
}

function isTiedToGrid(factor: Factor): boolean {
  return factor.lifeCycleStage === 'generation' || factor.lifeCycleStage === 'transmission' || factor.scope === '2';
}

/** Years from the activity's year to the nearest day on which the factor is valid: negative when the factor is older. */
function yearGap(factor: Factor, year: number): number {
  const from = Number(factor.validFrom.slice(0, 4));
  // Half-open: a validity that ends on 1 January does not hold that year.
  const to =
    factor.validTo === '' ? 9999 : Number(factor.validTo.slice(0, 4)) - (factor.validTo.slice(4) === '-01-01' ? 1 : 0);
  if (year < from) return from - year;
  return year > to ? to - year : 0;
}

/** What goes along with a factor is of the same publication: it is there or not, whatever the methodology says of years and places. */
const COMPANION_POLICIES: DecisionPolicies = { ...DEFAULT_POLICIES, gapYearsMax: Number.POSITIVE_INFINITY };

/** Years from the activity's year to the publication that holds the factor. */
function publicationGap(factor: Factor, year: number): number {
  if (factor.validTo === '') return yearGap(factor, year);
  return (loadCatalogue().release(factor.release)?.year ?? Number(factor.validFrom.slice(0, 4))) - year;
}

function withCompanions(
  picked: Picked,
  descriptor: Descriptor,
  unit: Unit,
  basis: Line['basis'],
  year: number,
  index: FactorIndex,
): Decision {
  const first = lineOf(picked, placementOf(picked.factor, statedCategory(descriptor)), basis, index);
  if ('held' in first) return first;
  const lines = [first];
  const byName = new Map<string, Factor[]>();
  for (const factor of index.companions.get(nameKey(picked.factor.name)) ?? []) {
    // Companions come from the publication of the factor that they go along with: mixing them would count parts twice.
    if (factor.region !== picked.factor.region || factor.release !== picked.factor.release) continue;
    const list = byName.get(factor.name);
    if (list) list.push(factor);
    else byName.set(factor.name, [factor]);
  }
  for (const name of [...byName.keys()].sort(compare)) {
    const companion = pick(
      byName.get(name)!,
      { ...descriptor, country: '', region: '' },
      unit,
      year,
      COMPANION_POLICIES,
    );
    if ('held' in companion) {
      first.flags |= FLAGS.companion_missing;
      continue;
    }
    const flags = (picked.flags & ~FLAGS.year_fallback) | (companion.flags & FLAGS.year_fallback);
    const place = companionPlacement(companion.factor, picked.factor, first.category);
    const line = lineOf({ ...companion, flags }, place, basis, index);
    if ('held' in line) return line;
    lines.push(line);
  }
  return { lines };
}

function lineOf(picked: Picked, place: Placement, basis: Line['basis'], index: FactorIndex): Line | Held {
  const { factor, ratio } = picked;
  let flags = picked.flags;
  if (basis === 'spend') flags |= FLAGS.spend;
  if (isUnsplit(factor)) flags |= FLAGS.co2e_only;
  const { scope, category, ignored } = place;
  if (ignored) flags |= FLAGS.category_ignored;
  const { other_gas: gas, other_kg: mass } = factor.gases;
  if (factor.co2eSource === null && gas !== '' && Number(mass) !== 0 && !index.gwp(factor.gwpSource).of(gas)) {
    return { held: 'no_potential', detail: `${factor.gwpSource} has no potential for ${gas}` };
  }
  const coefficients = coefficientsOf(factor, ratio, index.gwp);
  const fits = MASSES.every((mass) => {
    const { num } = coefficients[mass];
    return (num < 0n ? -num : num) < FRACTION_MAX && coefficients[mass].cmp(COEFFICIENT_MAX) < 0;
  });
  if (!fits || commonDenominator(coefficients) >= FRACTION_MAX) {
    return { held: 'out_of_range', detail: `the coefficient of ${factor.id} has too many digits` };
  }
  return {
    factor,
    basis,
    scope,
    category,
    method: factor.scope === '2' ? 'location-based' : factor.method,
    ratio,
    coefficients,
    flags,
    fx: picked.fx,
  };
}

/** The category that an activity states; a method that has one of its own says itself where its lines stand. */
function statedCategory({ calculation = '', category }: Descriptor): number | undefined {
  return methodNamed(calculation)?.category === undefined ? scopeThreeCategory(category) : undefined;
}

/** `6`, `3.6`, `category 6`, `scope 3 category 6`, `6 business travel` -> 6. */
export function scopeThreeCategory(text: string): number | undefined {
  const match = /^(?:scope\s*3\s*[,:-]?\s*)?(?:3\.|cat(?:egory)?\.?\s*)?(\d{1,2})(?:\b.*)?$/i.exec(text.trim());
  const number = match ? Number(match[1]) : Number.NaN;
  return number >= 1 && number <= 15 ? number : undefined;
}

/** True when the source gives CO2e alone; a factor that has its main gases and some CO2e beside them is split. */
function isUnsplit({ gases }: Factor): boolean {
  const has = (mass: string) => !Rational.parse(mass || '0').isZero();
  return has(gases.co2e_unsplit) && ![gases.co2_fossil, gases.ch4_fossil, gases.ch4_non_fossil, gases.n2o].some(has);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why a unit converts to that of no factor; of several units that are taken, all are named. */
function mismatch(
  problem: { reason: string; remedy?: string } | undefined,
  factors: readonly Factor[],
  descriptor: Descriptor,
  policies: Means,
): string {
  if (!problem) return '';
  const place = placeOf(factors, descriptor, policies);
  const near = 'held' in place ? factors : factors.filter(({ region }) => place.regions.has(region));
  const alike = near.every(({ unit }) => unit.code === near[0]?.unit.code);
  return said(problem.reason, alike ? problem.remedy : `State the quantity in ${unitsTaken(near)}`);
}

/** Reason and remedy as one sentence, which stands behind a colon or in a table. */
function said(reason: string, remedy: string | undefined): string {
  return remedy ? `${reason}; ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}` : reason;
}
