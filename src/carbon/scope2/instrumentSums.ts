/** What the instruments of a book come to in all, and the instruments behind each sum: `instruments/<applied|unused|rejected>?methodology=…`. */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode } from '../../ledger/types.ts';
import { grouped } from '../lineWords.ts';
import { type Methodology, methodologyId } from '../methodology/methodology.ts';
import { leaf } from '../nodes.ts';
import type { InstrumentResult } from './allocate.ts';

const CHILDREN_MAX = 50;

/** What of an instrument belongs to each sum, kWh; null where nothing does, or where its volume is not stated. */
const SUMS = {
  applied: ({ applied }: InstrumentResult) => applied,
  unused: ({ status, unused }: InstrumentResult) => (status === 'rejected' ? null : unused),
  rejected: ({ status, instrument }: InstrumentResult) => (status === 'rejected' ? instrument.kwh : null),
};
export type InstrumentSum = keyof typeof SUMS;
const TITLES: Record<InstrumentSum, string> = {
  applied: 'Energy to which instruments are applied',
  unused: 'Energy of instruments that is not used',
  rejected: 'Energy of instruments that are rejected',
};

/** kWh. */
export const instrumentSum = (all: readonly InstrumentResult[], sum: InstrumentSum): Decimal =>
  sumDecimals(all.map((each) => SUMS[sum](each) ?? Decimal.ZERO));

export const instrumentSumRef = (sum: InstrumentSum, methodology: Methodology): string =>
  `instruments/${sum}?${new URLSearchParams({ methodology: methodologyId(methodology) })}`;

export const instrumentRef = ({ instrument }: InstrumentResult, methodology: Methodology): string =>
  `instrument/${encodeURIComponent(instrument.source)}/${encodeURIComponent(instrument.id)}?methodology=${methodologyId(methodology)}`;

/** The instruments of one sum, the largest first. @throws FootingError `malformed` for a sum that there is not. */
export function instrumentSumNode(
  all: readonly InstrumentResult[],
  name: string,
  methodology: Methodology,
  { limit = CHILDREN_MAX, offset = 0 }: { limit?: number; offset?: number },
): ExplanationNode {
  if (!Object.hasOwn(SUMS, name)) throw new FootingError('malformed', `Instruments have no sum ${shown(name)}`);
  const sum = name as InstrumentSum;
  const parts = all
    .flatMap((each) => {
      const kwh = SUMS[sum](each);
      return kwh === null || kwh.isZero() ? [] : { each, kwh };
    })
    .sort((a, b) => b.kwh.cmp(a.kwh) || (a.each.instrument.id < b.each.instrument.id ? -1 : 1));
  return {
    ...leaf('figure', instrumentSumRef(sum, methodology), TITLES[sum], instrumentSum(all, sum).toString()),
    unit: 'kWh',
    facts: [['methodology', methodologyId(methodology)]],
    children: parts.slice(offset, offset + limit).map(({ each, kwh }) => ({
      ...leaf('part', instrumentRef(each, methodology), `Instrument ${each.instrument.id}`, kwh.toString()),
      unit: 'kWh',
      words:
        each.instrument.kwh && !kwh.equals(each.instrument.kwh)
          ? `Of ${grouped(each.instrument.kwh.toString())} kWh.`
          : null,
    })),
    childrenTotal: parts.length,
  };
}
