/** How the quantity of a line was calculated, and the rate at which its amount was converted: steps of the walk to the source. */
import type { ExplanationNode } from '../../ledger/types.ts';
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
}

/** The calculation and the conversion of a line, as far as there are any. */
export async function calculationNodes(place: Place, line: CalculatedLine, seq: number): Promise<ExplanationNode[]> {
  return [...(await methodNode(place, line)), ...(await rateNode(place, line, seq))];
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

async function rateNode(place: Place, line: CalculatedLine, seq: number): Promise<ExplanationNode[]> {
  if (line.fx === '') return [];
  const [rate] = await read<{ words: string }>(
    place,
    `SELECT any(words) AS words
     FROM rates_used
     WHERE pair = {fx:String} AND day = {start_date:Date32} AND seq <= {seq:UInt64}
     GROUP BY pair, day, num, den
     HAVING sum(sign) > 0`,
    { ...line, seq },
  );
  const [from, to] = line.fx.split('>');
  return [node(`Converted from ${from} to ${to} at the rate of ${line.start_date}`, rate?.words ?? '', [])];
}

function node(title: string, words: string, facts: Array<[string, string]>): ExplanationNode {
  return { kind: 'decision', ref: null, title, value: null, unit: null, words, facts, children: [], childrenTotal: 0 };
}
