/**
 * Estimates as JSON text. Of a large call nearly all text is the same from result to result: what does not depend on the
 * quantity is written once per plan, and only the numbers are put in between. `estimate.ts` makes the same as objects.
 */
import { Decimal } from '../../kernel/decimal.ts';
import type { Factor } from '../catalogue/types.ts';
import type { MatchingState } from '../matching/state.ts';
import { MASS_SCALE } from '../tables.ts';
import {
  beginCall,
  type EstimateItem,
  type EstimateOptions,
  type EstimateResult,
  estimateItem,
  evaluate,
  type Planned,
  Turns,
} from './estimate.ts';
import { type Coefficient, times } from './plan.ts';

export interface EstimateTexts {
  /** Results as JSON objects with the commas between them, in pieces of some 64 kB. */
  pieces: string[];
  factors: Map<string, Factor>;
  counts: Record<EstimateResult['outcome'], number>;
}

const PIECE_CHARACTERS = 64 * 1024;

/** As {@link estimate}, in JSON. */
export async function estimateTexts(
  items: readonly EstimateItem[],
  state: MatchingState,
  options: EstimateOptions,
): Promise<EstimateTexts> {
  const call = beginCall(state, options);
  const counts = { estimated: 0, held: 0, invalid: 0 };
  const pieces: string[] = [];
  const turns = new Turns();
  let piece = '';
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i]!;
    if (i > 0) piece += ',';
    const evaluated = item.method ? estimateItem(item, call) : evaluate(item, call);
    if ('outcome' in evaluated) {
      counts[evaluated.outcome] += 1;
      piece += JSON.stringify(evaluated);
    } else {
      counts.estimated += 1;
      piece += textOf(evaluated.planned, evaluated.used);
    }
    if (piece.length >= PIECE_CHARACTERS) {
      pieces.push(piece);
      piece = '';
    }
    await turns.after(i, call);
  }
  if (piece !== '') pieces.push(piece);
  return { pieces, factors: call.factors, counts };
}

function textOf(planned: Planned, used: Decimal): string {
  const { plan } = planned;
  planned.text ??= fragmentsOf(planned);
  const parts = planned.text;
  const size = Number(used.mantissa);
  const [first, second] = parts as [string, string];
  let at = 2;
  let lines = '';
  for (const { gases, co2e } of plan.lines) {
    lines += parts[at++]! + product(used, size, co2e);
    for (const [, coefficient] of gases) lines += parts[at++]! + product(used, size, coefficient);
    lines += parts[at++]!;
  }
  return `${first}${totalOf(planned, used, size)}${second}${lines}]}`;
}

/** Lines foot to the total: where one of them is rounded, their sum as they are shown. */
function totalOf({ plan }: Planned, used: Decimal, size: number): string {
  if (plan.lines.every(({ co2e }) => isExact(used, co2e))) return product(used, size, plan.total);
  let total = Decimal.ZERO;
  for (const { line, co2e } of plan.lines) if (line.scope !== 0) total = total.add(times(used, co2e));
  return total.toString();
}

const isExact = (used: Decimal, { den, scale }: Coefficient) => den === 1n && used.scale + scale <= MASS_SCALE;

/** quantity x coefficient as text; in machine integers where they hold it exactly. */
function product(used: Decimal, size: number, coefficient: Coefficient): string {
  const small = size * coefficient.small;
  if (!(small <= Number.MAX_SAFE_INTEGER && small >= -Number.MAX_SAFE_INTEGER) || !isExact(used, coefficient)) {
    return times(used, coefficient).toString();
  }
  return placed(small, used.scale + coefficient.scale);
}

const ZERO_CODE = 48;

/** A safe integer with a point before its last `places` digits, in plain notation without needless zeros. */
export function placed(value: number, places: number): string {
  if (value === 0) return '0';
  if (value < 0) return `-${placed(-value, places)}`;
  const digits = String(value);
  if (places === 0) return digits;
  let end = digits.length;
  let left = places;
  while (left > 0 && digits.charCodeAt(end - 1) === ZERO_CODE) {
    end -= 1;
    left -= 1;
  }
  if (left === 0) return digits.slice(0, end);
  const whole = end - left;
  return whole > 0
    ? `${digits.slice(0, whole)}.${digits.slice(whole, end)}`
    : `0.${'0'.repeat(-whole)}${digits.slice(0, end)}`;
}

/** The text around the numbers: before the total, after it, then before and after those of each line. */
function fragmentsOf({ plan, chosenBy, score, lines }: Planned): string[] {
  const fragments = ['{"outcome":"estimated","co2e_kg":"'];
  fragments.push(`","chosen_by":${JSON.stringify(chosenBy)},"score":${JSON.stringify(score)},"lines":[`);
  for (const [i, { gases }] of plan.lines.entries()) {
    const { factor, scope, category, method, basis, other_gas, flags } = lines[i]!;
    const head = JSON.stringify({ factor, scope, category, method, basis }).slice(0, -1);
    fragments.push(`${i > 0 ? ',' : ''}${head},"co2e_kg":"`);
    for (const [k, [gas]] of gases.entries()) fragments.push(`"${k === 0 ? ',"gases_kg":{' : ','}"${gas}":"`);
    const closed = gases.length === 0 ? '","gases_kg":{}' : '"}';
    fragments.push(`${closed},"other_gas":${JSON.stringify(other_gas)},"flags":${JSON.stringify(flags)}}`);
  }
  return fragments;
}
