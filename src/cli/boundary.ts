/** What the boundary of an inventory leaves out, as text. */
import { Decimal } from '../kernel/decimal.ts';
import { counted, print, safe, table } from './output.ts';

export interface BoundaryView {
  approach: string;
  parent: string | null;
  excluded: {
    co2e_t: string;
    entities: Array<{
      entity: string;
      words: string;
      detail: string;
      category_hint: number | null;
      shares: Array<{ from: string; share: string }>;
      co2e_t: string;
      lines: number;
    }>;
  };
  leased: Array<{ entity: string; category: number }>;
}

const WORDS: Record<string, string> = {
  equity: 'equity share',
  financial: 'financial control',
  operational: 'operational control',
};
const TONNE_DECIMALS = 3;
const ROWS_MAX = 30;

const tonnes = (text: string): string => Decimal.parse(text).toGrouped(TONNE_DECIMALS);

export function printBoundary(boundary: BoundaryView | null): void {
  if (boundary === null) return;
  print();
  if (boundary.parent === null) {
    print(`Boundary: ${WORDS[boundary.approach]}; no ownership is stated, so everything counts wholly.`);
    return;
  }
  const { excluded, leased } = boundary;
  print(
    `Boundary: ${WORDS[boundary.approach]} of ${safe(boundary.parent)}. It leaves out ${tonnes(excluded.co2e_t)} t CO2e of scopes 1 to 3.`,
  );
  if (leased.length > 0) {
    print(
      `Leased: scopes 1 and 2 of ${counted(leased.length, 'entity', 'entities')} are in scope 3, categories 8 and 13.`,
    );
  }
  if (excluded.entities.length === 0) return;
  print();
  const right = 'right' as const;
  const columns = [
    { title: 'Left out of' },
    { title: 't CO2e', align: right },
    { title: 'Counted share' },
    { title: 'Why', wraps: true },
    { title: 'Look in' },
  ];
  const rows = excluded.entities
    .slice(0, ROWS_MAX)
    .map(({ entity, co2e_t, shares, words, detail, category_hint }) => [
      entity === '' ? '(no entity)' : entity,
      tonnes(co2e_t),
      shares.map(({ from, share }, i) => (i === 0 ? share : `${share} from ${from}`)).join('; '),
      detail === '' ? words : detail,
      category_hint === null ? '' : `category ${category_hint}`,
    ]);
  print(table(columns, rows));
  if (excluded.entities.length > ROWS_MAX) print(`… ${excluded.entities.length} entities in all; --json lists them.`);
}
