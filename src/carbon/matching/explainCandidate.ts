/**
 * What choosing a family of factors would add for one group of the review queue, year by year:
 * `candidate/<descriptor>?family=<name>&gwp=AR5`.
 */
import { FootingError, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import type { Decision } from '../decide.ts';
import { type Coefficient, planOf } from '../estimate/plan.ts';
import { heldRef } from '../held.ts';
import { grouped } from '../lineWords.ts';
import { leaf } from '../nodes.ts';
import { asOfOf, gwpOf } from '../refs.ts';
import { amountsByDay } from './byDay.ts';
import { descriptorOf } from './descriptor.ts';
import { contribution, effectOf, pairOf, type Sum, usedOf, whyHeld } from './effects.ts';
import { type GroupRow, readGroup, sumsOf } from './groups.ts';
import { type MatchingState, matchingState } from './state.ts';
import { decisionsOf } from './tried.ts';

/** Digits after the point of a coefficient that is no decimal. */
const COEFFICIENT_PLACES = 12;

export const isCandidateRef = (ref: string): boolean => ref.startsWith('candidate/');

export function candidateRef(descriptor: string, family: string, gwp: GwpSetName): string {
  return `candidate/${descriptor}?${new URLSearchParams({ family, gwp })}`;
}

/** @throws FootingError `malformed` for a reference that cannot be read, `not_found` for a group of which nothing is held. */
export async function explainCandidate(context: ReadContext, ref: string): Promise<ExplanationNode> {
  const [id = '', text = ''] = ref.slice('candidate/'.length).split('?');
  const words = new URLSearchParams(text);
  const gwp = gwpOf(words);
  const family = words.get('family') ?? '';
  if (!/^\d{1,20}$/.test(id)) throw new FootingError('malformed', `Not a group of the queue: ${shown(id)}`);
  if (words.has('as_of')) context = { ...context, seq: asOfOf(words, context.seq) };
  const [row, state] = await Promise.all([readGroup(context, id), matchingState(context, context.seq)]);
  if (!row) throw new FootingError('not_found', `Nothing of this group is held as of entry ${context.seq}.`);
  const descriptor = descriptorOf(row);
  const decisions = decisionsOf(descriptor, row.years, family, state.index);
  const sums = await heldSums(context, row, decisions);
  const effect = effectOf(decisions, sums, state, gwp);
  const factors = [...new Set(decisions.flatMap((decision) => ('held' in decision ? [] : factorsOf(decision))))];
  const { unit, currency, activity, country, region } = row;
  const held = heldRef(
    { filters: { activity: [activity], country: [country], region: [region] } },
    { reason: row.held, unit, currency, detail: row.detail },
  );
  const children = [
    leaf('part', held, 'The activities that wait', null),
    ...factors.map((factor) => leaf('factor', `factor/${factor}`, `Factor ${factor}`, null)),
  ];
  return {
    kind: 'figure',
    ref,
    title: `${activity} with ${family}: what it would add`,
    value: effect.co2e_kg,
    unit: 'kg CO2e',
    words:
      'What is held of these activities times what one unit comes to in scopes 1 to 3, year by year. Nothing is posted until somebody decides.',
    facts: [
      ['potentials', gwp],
      ...sums.map((sum, i): [string, string] => [
        String(sum.year),
        yearWords(decisions[i]!, sum, { state, gwp, unit, currency }),
      ]),
    ],
    children,
    childrenTotal: children.length,
  };
}

async function heldSums(context: ReadContext, row: GroupRow, decisions: readonly Decision[]): Promise<Sum[]> {
  const converted = row.matches.filter((_, i) => pairOf(decisions[i]!) !== '');
  return sumsOf(row, await amountsByDay(context, converted, true));
}

const factorsOf = (decision: Extract<Decision, { lines: unknown }>): string[] =>
  decision.lines.map(({ factor }) => factor.id);

interface Asked {
  state: MatchingState;
  gwp: GwpSetName;
  unit: string;
  currency: string;
}

/** "12,000 kWh × 0.20705 kg CO2e/kWh = 2,484.6 kg CO2e", or why the year would stay held. */
function yearWords(decision: Decision, sum: Sum, { state, gwp, unit, currency }: Asked): string {
  const added = contribution(decision, sum, gwp, state.rate);
  if ('held' in decision || !added) return `stays held: ${whyHeld(decision)}`;
  const plan = planOf(decision, gwp);
  const used = usedOf(plan, sum, state.rate)!;
  const per = plan.fx === '' ? (plan.basis === 'spend' ? currency : unit) : plan.fx.split('>')[1]!;
  const stated = plan.fx === '' ? '' : `${grouped(sum.amount)} ${currency}, at the rates of their days `;
  return `${stated}${grouped(used.toString())} ${per} × ${coefficientWords(plan.total)} kg CO2e/${per} = ${grouped(added.toString())} kg CO2e`;
}

function coefficientWords({ num, den, scale }: Coefficient): string {
  const value = new Rational(num, den * 10n ** BigInt(scale));
  return value.toExactDecimal()?.toString() ?? `${value.toDecimal(COEFFICIENT_PLACES)} (rounded)`;
}
