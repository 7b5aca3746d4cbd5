/**
 * The inventory under a methodology that takes other factors, or gives methane another potential, than the books: worked out from
 * quantities by decision, posted nowhere. Where a methodology takes the same factors, `inventory` is asked.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { checkMonth } from '../dimensions.ts';
import { figuresByGas, figuresOf, type SumRow } from '../figures.ts';
import {
  type Dimension,
  type InventoryQuery,
  type InventoryStatement,
  inventoryRef,
  narrowedBy,
} from '../inventory.ts';
import { type LazyRow, pageOf, type RowPage } from '../page.ts';
import { GROUPS_MAX } from '../sums.ts';
import { MASSES, type Mass } from '../tables.ts';
import { weightsFor } from '../weights.ts';
import { underRule } from './co2e.ts';
import { decidesOtherwise, type Item, itemsUnder } from './items.ts';
import { type Methodology, methodologyId } from './methodology.ts';

interface Counted extends Item {
  sums: SumRow;
}

const DIMENSIONS: Partial<Record<Dimension, (item: Counted) => string>> = {
  scope: ({ scope }) => (scope === 0 ? 'outside' : String(scope)),
  category: ({ category }) => (category === 0 ? '' : String(category)),
  method: ({ method }) => method,
  entity: ({ entity }) => entity,
  month: ({ month }) => month,
  year: ({ month }) => month.slice(0, 4),
  country: ({ descriptor }) => descriptor.country,
  region: ({ descriptor }) => descriptor.region,
  activity: ({ descriptor }) => descriptor.activity,
  factor: ({ factor }) => factor,
  release: ({ release }) => release,
};

/** True when the books, as they are posted, are not what the methodology says. */
export async function differsFromBooks(context: ReadContext, methodology: Methodology): Promise<boolean> {
  return methodology.methane !== 'by_source' || (await decidesOtherwise(context, methodology));
}

/** @throws FootingError `invalid` for a dimension that is in no sum of quantities (supplier, data quality). */
export async function inventoryUnder(
  context: ReadContext,
  query: InventoryQuery,
  methodology: Methodology,
  page?: RowPage,
): Promise<InventoryStatement> {
  const groupBy = [...(query.groupBy ?? (['scope'] as const))];
  const filters = Object.entries(query.filters ?? {}).filter(([, values]) => values !== undefined);
  const columns = groupBy.filter((dimension) => dimension !== 'gas');
  for (const dimension of [...columns, ...filters.map(([name]) => name)]) {
    if (DIMENSIONS[dimension as Dimension]) continue;
    throw new FootingError(
      'invalid',
      `Under ${methodologyId(methodology)} the inventory knows no ${shown(dimension)}.`,
      {
        problems: [
          {
            field: 'group_by',
            value: shown(dimension),
            reason: 'is in no sum of quantities, and the methodology takes other factors than the books',
            remedy: `Use ${Object.keys(DIMENSIONS).join(', ')}, gas; or adopt the methodology`,
          },
        ],
      },
    );
  }
  for (const end of ['from', 'to'] as const) if (query[end] !== undefined) checkMonth(end, query[end]);
  const [weights, narrowed] = await Promise.all([weightsFor(context, query), narrowedBy(context, query)]);
  const asked = new Set<string>([...groupBy, ...Object.keys(narrowed.filters ?? {})]);
  const byEntity = weights !== null || asked.has('entity');
  const byMonth = weights !== null || asked.has('month') || asked.has('year');
  const { from, to } = query;
  const found = await itemsUnder(context, { from, to, byEntity, byMonth, weights }, methodology);
  const wanted = Object.entries(narrowed.filters ?? {}) as Array<[Dimension, readonly string[]]>;
  const items = found.items.flatMap((item): Counted[] => {
    const share = weights?.of(item, item.scope);
    if (share?.isZero()) return [];
    const moved = weights && (item.scope === 1 || item.scope === 2) ? weights.moved(item.entity) : 0;
    const sums = underRule(share ? shared(item.sums, share) : item.sums, methodology.methane);
    const counted = { ...item, sums, ...(moved === 0 ? {} : { scope: 3, category: moved }) };
    return wanted.every(([name, values]) => values.includes(DIMENSIONS[name]!(counted))) ? [counted] : [];
  });
  const groups = new Map<string, Counted[]>();
  for (const item of items) {
    const key = JSON.stringify(columns.map((dimension) => DIMENSIONS[dimension]!(item)));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  if (groups.size > GROUPS_MAX) {
    throw new FootingError('too_large', `The inventory has more than ${GROUPS_MAX} groups`, {
      remedy: 'Group by fewer things, or filter',
    });
  }
  const gwp = query.gwp ?? methodology.gwp;
  const figures = (of: readonly Counted[]) =>
    figuresOf(
      of.map(({ sums }) => sums),
      gwp,
    );
  const ref = (keys: Partial<Record<Dimension, string>>) =>
    `${inventoryRef({ ...query, gwp }, keys)}&methodology=${methodologyId(methodology)}`;
  const all = [...groups].flatMap(([key, group]): LazyRow[] => {
    const values = JSON.parse(key) as string[];
    const keys = Object.fromEntries(columns.map((dimension, i) => [dimension, values[i]!]));
    const refOf = () => ref(keys);
    if (!groupBy.includes('gas')) {
      const made = figures(group);
      return [{ keys, figures: () => made, ref: refOf }];
    }
    const sums = group.map((item) => item.sums);
    return figuresByGas(sums, gwp).map(([gas, of]) => ({ keys: { ...keys, gas }, figures: () => of, ref: refOf }));
  });
  const total = figures(items.filter(({ scope }) => scope !== 0));
  const outside = figures(items.filter(({ scope }) => scope === 0));
  const whole = Decimal.parse(total.co2e_kg).add(Decimal.parse(outside.co2e_kg));
  const { rows, rows_total, rest } = pageOf(all, groupBy, whole, page);
  return {
    seq: context.seq,
    gwp,
    from: from ?? null,
    to: to ?? null,
    groupBy,
    rows,
    rows_total,
    rest,
    total: { ...total, ref: ref({}) },
    outside,
    held: [
      ...held('held', `held back under ${methodologyId(methodology)}`, found.heldLines),
      ...held(
        'as_posted',
        'left as posted: what the methodology would multiply is in no posted sum',
        found.otherBasisLines,
      ),
    ],
    boundary: null,
  };
}

function held(reason: string, words: string, lines: number): InventoryStatement['held'] {
  return lines === 0 ? [] : [{ reason, words, unit: '', currency: '', lines, quantity: null, amount: null, ref: null }];
}

function shared(sums: SumRow, share: Decimal): SumRow {
  const masses = Object.fromEntries(
    MASSES.map((mass) => [mass, sums[mass] === '0' ? '0' : Decimal.parse(sums[mass]).mul(share).toString()]),
  ) as Record<Mass, string>;
  return { ...sums, ...masses };
}
