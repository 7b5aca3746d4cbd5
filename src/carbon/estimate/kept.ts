/**
 * Plans that are kept from call to call, per set of factors, choices and potentials: what has been matched by the same comes to
 * the same again. The latest plans of an activity are found by comparing, which is cheaper than making the whole key again.
 */
import type { GwpSetName } from '../catalogue/types.ts';
import type { Descriptor, FactorIndex } from '../decide.ts';
import type { Choices } from '../matching/choices.ts';
import type { Planned } from './estimate.ts';

/** Plans of one set: some 2 kB each. */
const PLANS_MAX = 50_000;
/** Plans of one activity that are compared one after the other. */
const RECENT_MAX = 16;

/** What decides about a plan when neither a method nor a rule about further facts has a say. */
export interface Asked extends Pick<Descriptor, 'activity' | 'unit' | 'currency' | 'country' | 'region' | 'category'> {
  /** `q`, `a` or `qa`: whether a quantity, an amount or both are given. */
  has: string;
  year: number;
}

export class KeptPlans {
  readonly #byKey = new Map<string, Planned>();
  readonly #byActivity = new Map<string, Array<{ asked: Asked; planned: Planned }>>();

  /** The plan of what has been asked lately. */
  recent(asked: Asked): Planned | undefined {
    const known = this.#byActivity.get(asked.activity);
    if (known === undefined) return undefined;
    for (const one of known) if (isSame(one.asked, asked)) return one.planned;
    return undefined;
  }

  get(key: string): Planned | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, planned: Planned): void {
    if (this.#byKey.size >= PLANS_MAX) {
      this.#byKey.clear();
      this.#byActivity.clear();
    }
    this.#byKey.set(key, planned);
  }

  /** Lets `recent` find a plan that is kept under its key. */
  setRecent(asked: Asked, planned: Planned): void {
    const known = this.#byActivity.get(asked.activity);
    if (known === undefined) this.#byActivity.set(asked.activity, [{ asked, planned }]);
    else if (known.length < RECENT_MAX) known.push({ asked, planned });
  }
}

function isSame(one: Asked, other: Asked): boolean {
  return (
    one.country === other.country &&
    one.unit === other.unit &&
    one.year === other.year &&
    one.has === other.has &&
    one.region === other.region &&
    one.category === other.category &&
    one.currency === other.currency
  );
}

const kept = new WeakMap<FactorIndex, WeakMap<Choices, Map<GwpSetName, KeptPlans>>>();

export function keptPlans(index: FactorIndex, choices: Choices, gwp: GwpSetName): KeptPlans {
  const byChoices = kept.get(index) ?? new WeakMap<Choices, Map<GwpSetName, KeptPlans>>();
  kept.set(index, byChoices);
  const byGwp = byChoices.get(choices) ?? new Map<GwpSetName, KeptPlans>();
  byChoices.set(choices, byGwp);
  const plans = byGwp.get(gwp) ?? new KeptPlans();
  byGwp.set(gwp, plans);
  return plans;
}
