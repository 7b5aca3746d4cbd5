/** A decision or rule as a step of the walk from a figure to its source. */
import type { ExplanationNode } from '../../ledger/types.ts';
import type { Place } from '../sql.ts';
import { type Choice, choiceWords } from './choices.ts';
import { choiceById } from './ledger.ts';

/** What chose the factor of a line; undefined when its name did. */
export async function chosenNode(place: Place, chosenBy: string, seq: number): Promise<ExplanationNode | undefined> {
  if (!/^\d+\.\d+$/.test(chosenBy)) return undefined;
  const choice = await choiceById(place, chosenBy, seq);
  return choice && choiceNode(choice);
}

function choiceNode(choice: Choice): ExplanationNode {
  const [entry = ''] = choice.id.split('.');
  const to = choice.leftOut ? 'left out' : choice.factor || `factors named ${choice.family}`;
  return {
    kind: 'decision',
    ref: null,
    title: `Factor by ${choiceWords(choice)}`,
    value: null,
    unit: null,
    words: `${to}${choice.reason ? `: ${choice.reason}` : ''}`,
    facts: [
      ['entry', entry],
      ['stated by', choice.actor],
      ['stated at', choice.recordedAt],
      ...choice.conditions.map(({ field, op, values }): [string, string] => [
        field,
        `${op.replace('_', ' ')} ${values.join(' or ')}`,
      ]),
    ],
    children: [],
    childrenTotal: 0,
  };
}
