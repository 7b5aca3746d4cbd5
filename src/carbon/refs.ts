/** Reading the references of the carbon book: what `inventoryRef` has written. */
import { type Day, dayParts } from '../kernel/dates.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import type { GwpSetName } from './catalogue/types.ts';
import { DEFAULT_GWP, type Dimension, INVENTORY_DIMENSIONS, type InventoryQuery } from './dimensions.ts';
import { APPROACHES, type Approach } from './organisation/shares.ts';

const GWP_NAMES: readonly string[] = ['AR4', 'AR5', 'AR6'];

export function queryOf(parameters: URLSearchParams): InventoryQuery {
  const query: InventoryQuery = { gwp: gwpOf(parameters) };
  const filters: Partial<Record<Dimension, string[]>> = {};
  for (const [name, value] of parameters) {
    if (name === 'gwp') continue;
    if (name === 'from') query.from = value;
    else if (name === 'to') query.to = value;
    else if (name === 'parent') query.parent = value;
    else if (name === 'under') query.under = value;
    else if (name === 'structure') query.structure = checkDay(value);
    else if (name === 'as_of') query.asOf = Number(value);
    else if (name === 'approach') query.approach = approachOf(value);
    else if (name === 'methodology') {
      throw new FootingError('invalid', `What ${shown(value)} amounts to is worked out, not posted: it has no lines.`, {
        remedy: 'Compare it by cause with what-if, or adopt it: then every figure is explained down to its row',
      });
    } else {
      const dimension = name as Dimension;
      if (dimension === 'gas' || !INVENTORY_DIMENSIONS.includes(dimension))
        throw new FootingError('malformed', `An inventory has no ${shown(name)}`);
      filters[dimension] = [...(filters[dimension] ?? []), value];
    }
  }
  query.filters = filters;
  return query;
}

/** The entry that a reference itself names, which is never later than the one that is read. */
export function asOfOf(parameters: URLSearchParams, seq: number): number {
  const text = parameters.get('as_of') ?? '';
  if (!/^\d{1,15}$/.test(text)) throw new FootingError('malformed', `Not an entry: ${shown(text)}`);
  if (Number(text) > seq) {
    throw new FootingError('not_found', `There is no entry ${text} as of entry ${seq}.`);
  }
  return Number(text);
}

function checkDay(text: string): Day {
  dayParts(text);
  return text;
}

export function gwpOf(parameters: URLSearchParams): GwpSetName {
  const gwp = parameters.get('gwp') ?? DEFAULT_GWP;
  if (!GWP_NAMES.includes(gwp)) throw new FootingError('malformed', `There is no set of potentials ${shown(gwp)}`);
  return gwp as GwpSetName;
}

function approachOf(text: string): Approach {
  const approach = APPROACHES.find((name) => name === text);
  if (!approach) throw new FootingError('malformed', `There is no consolidation approach ${shown(text)}`);
  return approach;
}
