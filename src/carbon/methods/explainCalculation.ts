/** How the quantity of a line was calculated, and how its amount came into the money of the factor: steps of the walk to the source. */

import { Rational } from '../../kernel/rational.ts';
import type { ExplanationNode } from '../../ledger/types.ts';
import { grouped } from '../lineWords.ts';
import { moneyAsOf, moneyStatedBy } from '../spend/money.ts';
import { type Place, read } from '../sql.ts';
import { methodNamed } from './methods.ts';

export interface CalculatedLine {
  origin_seq: string;
  origin_row: number;
  key_hash: string;
  descriptor: string;
  /** Name of the method, '' for a quantity as stated. */
  calculation: string;
  /** `EUR>USD`, '' where nothing is converted by the day. */
  fx: string;
  start_date: string;
  basis: string;
  /** What the line is calculated from: the amount, or its part of the days. */
  used: string;
  currency: string;
  /** What one unit of it is in units of the factor, without the rate of the day: a fraction. */
  ratio: string;
  /** Unit of the factor. */
  unit: string;
  year: number;
}

/** Decimals of an amount between two steps; the line itself is worked out with the fractions. */
const BETWEEN_SCALE = 12;
const PRICE_YEAR = /^([A-Z]{3}) \((\d{4}) /;

/** The calculation and the conversion of a line, as far as there are any. */
export async function calculationNodes(place: Place, line: CalculatedLine, seq: number): Promise<ExplanationNode[]> {
  if (line.basis !== 'spend') return methodNode(place, line);
  const rate = await rateNode(place, line, seq);
  return [...(await methodNode(place, line)), ...rate.nodes, ...(await priceNode(place, line, rate.converted, seq))];
}

async function methodNode(place: Place, line: CalculatedLine): Promise<ExplanationNode[]> {
  const method = methodNamed(line.calculation);
  if (!method) return [];
  const [part] = await read<{ words: string; attributes: Record<string, string> }>(
    place,
    `SELECT words, attributes
     FROM components
     WHERE key_hash = {key_hash:UInt64} AND origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32}
       AND descriptor = {descriptor:UInt64}`,
    { ...line },
  );
  const inputs = method.inputs.flatMap(({ name, default: otherwise }): Array<[string, string]> => {
    const stated = part?.attributes[name]?.trim();
    if (stated) return [[name, stated]];
    return otherwise === undefined ? [] : [[name, `${otherwise} (not stated)`]];
  });
  return [
    node(`Calculated by the method ${method.name}: ${method.title}`, part?.words ?? '', [
      ['formula', method.formula],
      ...inputs,
    ]),
  ];
}

/** The conversion at the rate of the day, and the amount that it comes to. */
async function rateNode(
  place: Place,
  line: CalculatedLine,
  seq: number,
): Promise<{ nodes: ExplanationNode[]; converted: { amount: Rational; currency: string } }> {
  const amount = Rational.parse(line.used);
  if (line.fx === '') return { nodes: [], converted: { amount, currency: line.currency } };
  const [rate] = await read<{ words: string; num_: string; den_: string }>(
    place,
    `SELECT any(words) AS words, toString(num) AS num_, toString(den) AS den_
     FROM rates_used
     WHERE pair = {fx:String} AND day = {start_date:Date32} AND seq <= {seq:UInt64}
     GROUP BY pair, day, num, den
     HAVING sum(sign) > 0`,
    { fx: line.fx, start_date: line.start_date, seq },
  );
  const [from, to] = line.fx.split('>') as [string, string];
  if (!rate) return { nodes: [], converted: { amount, currency: from } };
  const converted = amount.mul(new Rational(BigInt(rate.num_), BigInt(rate.den_)));
  const words = `${rate.words}: ${said(amount, from)} = ${said(converted, to)}`;
  return {
    nodes: [node(`Converted from ${from} to ${to} at the rate of ${line.start_date}`, words, [])],
    converted: { amount: converted, currency: to },
  };
}

/** The amount at the prices that the factor is meant for; by the mean rate of the year where the methodology converts so. */
async function priceNode(
  place: Place,
  line: CalculatedLine,
  { amount, currency }: { amount: Rational; currency: string },
  seq: number,
): Promise<ExplanationNode[]> {
  if (line.ratio === '1') return [];
  const words = `${said(amount, currency)} × ${line.ratio} = ${said(amount.mul(Rational.parse(line.ratio)), line.unit)}`;
  const [, priced, year] = PRICE_YEAR.exec(line.unit) ?? [];
  const currencies = [currency, priced ?? currency];
  const money = await moneyAsOf(place, await moneyStatedBy(place, seq), currencies);
  const index = priced === undefined ? undefined : money.deflator(priced, line.year, Number(year));
  const average = priced === currency ? undefined : money.yearAverage(currency, priced ?? '', line.year);
  return [
    node(`At the prices of the factor, ${line.unit}`, words, [
      ...(average
        ? [
            ['mean rate of the year', `1 ${currency} = ${average.toDecimal(BETWEEN_SCALE)} ${priced}`] as [
              string,
              string,
            ],
          ]
        : []),
      ...(index ? [['price index', index.words] as [string, string]] : []),
    ]),
  ];
}

/** An amount of money; digits beyond those that are shown are said to be there. */
function said(amount: Rational, unit: string): string {
  const shown = amount.toDecimal(BETWEEN_SCALE);
  const whole = Rational.fromDecimal(shown).cmp(amount) === 0;
  return `${grouped(shown.toString())}${whole ? '' : '…'} ${unit}`;
}

function node(title: string, words: string, facts: Array<[string, string]>): ExplanationNode {
  return { kind: 'decision', ref: null, title, value: null, unit: null, words, facts, children: [], childrenTotal: 0 };
}
