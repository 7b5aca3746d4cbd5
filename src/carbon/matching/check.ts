/** What is wrong with decisions and rules before they are stated. Nothing that could not be applied becomes an entry. */
import { CURRENCIES } from '../../kernel/currency.ts';
import { FootingError, type Problem, shown } from '../../kernel/errors.ts';
import { nearest } from '../../kernel/text.ts';
import { convert, findUnit } from '../../kernel/units.ts';
import { nameKey } from '../catalogue/load.ts';
import { searchNames } from '../catalogue/search.ts';
import type { Factor } from '../catalogue/types.ts';
import type { FactorIndex } from '../decide.ts';
import { unitsTaken } from '../unitWords.ts';
import { finderOf } from './candidates.ts';
import type { DecisionInput, RuleInput, Target } from './choices.ts';

/** Names that are offered for one that is not in force, and how close they must be. */
const MEANT_MAX = 3;
const MEANT_SCORE_MIN = 0.3;
/** Problems of one request for which names are looked up; what is wrong in thousands of places is wrong in the same way. */
const LOOKED_UP_MAX = 20;

/** @throws FootingError `invalid` with a problem per decision that names no factor, one of another dimension, or gives no reason. */
export function checkDecisions(decisions: readonly DecisionInput[], index: FactorIndex): void {
  const meant = offers(index);
  const problems = decisions.flatMap((decision, i) => {
    const at = `/decisions/${i}`;
    const found = targetProblems(decision, index, at, meant);
    if (decision.activity.trim() === '') found.push({ field: `${at}/activity`, reason: 'is empty' });
    if (found.length === 0) found.push(...unitProblems(decision, index, at));
    return found;
  });
  refuse(problems, 'These decisions cannot be taken.');
}

/** @throws FootingError `invalid`. */
export function checkRules(rules: readonly RuleInput[], index: FactorIndex): void {
  const meant = offers(index);
  const problems = rules.flatMap((rule, i) => {
    const at = `/rules/${i}`;
    const found = targetProblems(rule, index, at, meant);
    if (rule.first_year !== undefined && rule.last_year !== undefined && rule.first_year > rule.last_year) {
      found.push({ field: `${at}/last_year`, value: String(rule.last_year), reason: 'is before the first year' });
    }
    return found;
  });
  refuse(problems, 'These rules cannot be stated.');
}

function refuse(problems: Problem[], message: string): void {
  if (problems.length > 0) throw new FootingError('invalid', message, { problems });
}

function targetProblems(
  { factor, family, reason }: Target,
  index: FactorIndex,
  at: string,
  meant: (name: string) => string,
): Problem[] {
  if ((factor === undefined) === (family === undefined)) {
    return [
      {
        field: at,
        reason: factor === undefined ? 'names neither a factor nor a family' : 'names both a factor and a family',
        remedy: 'Give `factor`, or `family`, or `factor: null` with a reason to leave it out',
      },
    ];
  }
  if (factor === null) {
    return reason?.trim()
      ? []
      : [{ field: `${at}/reason`, reason: 'is missing: leaving an activity out takes a reason' }];
  }
  const target = factor === undefined ? { family: family! } : { factor };
  if (targetFactors(target, index).length > 0) return [];
  const remedy = `${meant(family ?? factor!)}See /api/carbon/factors, or \`footing factors search\``;
  return factor === undefined
    ? [{ field: `${at}/family`, value: shown(family), reason: 'is not the name of a factor that is in force', remedy }]
    : [{ field: `${at}/factor`, value: shown(factor), reason: 'is not a factor that is in force', remedy }];
}

/** What may be offered for a name that no factor in force has; nothing once many were looked up. */
function offers(index: FactorIndex): (name: string) => string {
  let left = LOOKED_UP_MAX;
  return (name) => {
    left -= 1;
    if (left < 0) return '';
    const { names } = finderOf(index);
    // An id is release/name/unit.
    const text = name.includes('/') ? name.split('/').slice(1, -1).join(' ') : name;
    const mistyped = nearest(
      text,
      names.families.map((family) => family.name),
    );
    const alike = searchNames(names, text, MEANT_MAX)
      .filter(({ score }) => score >= MEANT_SCORE_MIN)
      .map(({ family }) => names.families[family]!.name);
    const close = [...new Set([...(mistyped === undefined ? [] : [mistyped]), ...alike])].slice(0, MEANT_MAX);
    if (close.length === 0) return '';
    const said = close.map((family) => `"${family}"`);
    const last = said.pop();
    return `Did you mean the family ${said.length === 0 ? last : `${said.join(', ')} or ${last}`}? `;
  };
}

/** Factors that a target may come to; none when it leaves out or names what is not there. */
function targetFactors({ factor, family }: Target, index: FactorIndex): readonly Factor[] {
  if (typeof factor === 'string') {
    const found = index.byId.get(factor);
    return found ? [found] : [];
  }
  return family === undefined ? [] : (index.byName.get(nameKey(family)) ?? []);
}

/** A decision that states the unit must name a factor to whose unit it converts. */
function unitProblems(decision: DecisionInput, index: FactorIndex, at: string): Problem[] {
  const factors = targetFactors(decision, index);
  if (factors.length === 0 || decision.unit === undefined || decision.unit.trim() === '') return [];
  const answer = findUnit(decision.unit);
  if ('problem' in answer) return [{ field: `${at}/unit`, ...answer.problem }];
  const answers = factors.map((factor) => convert(answer.unit, factor.unit));
  if (answers.some((one) => 'ratio' in one)) return [];
  const currency = decision.currency?.trim().toUpperCase() ?? '';
  if (CURRENCIES.has(currency)) {
    const money = findUnit(currency);
    if ('unit' in money && factors.some((factor) => 'ratio' in convert(money.unit, factor.unit))) return [];
  }
  const [first] = answers;
  if (!first || !('problem' in first)) return [];
  const remedy = `State ${unitsTaken(factors)}, or another factor`;
  return [{ ...first.problem, remedy, field: `${at}/unit` }];
}
