/** Rejected rows as text: what is wrong in the same way in many rows is said once. */
import { counted, grouped, inOptions, print, reasonAndRemedy, wrapped } from './output.ts';

export interface RejectedView {
  row: number;
  problems: Array<{ column: string; value: string; reason: string; remedy?: string }>;
}

interface Kind {
  said: string;
  /** Rows that have the same, the one that is said not among them. */
  others: number[];
}

const KINDS_SHOWN_MAX = 20;
const ROWS_SHOWN_MAX = 10;

/** `rejected` are the first of `total` rejected rows. */
export function printRejected(rejected: readonly RejectedView[], total: number): void {
  print();
  const kinds = kindsOf(rejected);
  for (const { said, others } of kinds.slice(0, KINDS_SHOWN_MAX)) {
    print(wrapped(said, '  '));
    if (others.length > 0) print(wrapped(`The same in ${rowsOf(others)}.`, '    '));
  }
  const more = kinds.length - KINDS_SHOWN_MAX;
  if (more > 0) print(`  … and ${counted(more, 'other problem')}.`);
  if (total > rejected.length) {
    print(`  These are of the first ${counted(rejected.length, 'rejected row')} of ${grouped(String(total))}.`);
  }
  if (more > 0 || total > rejected.length || kinds.some(({ others }) => others.length > ROWS_SHOWN_MAX)) {
    print(`  ${counted(total, 'row')} were rejected in all; --rejects FILE writes them out.`);
  }
}

function kindsOf(rejected: readonly RejectedView[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { row, problems } of rejected) {
    for (const { column, value, reason, remedy } of problems) {
      const name = JSON.stringify([column, reason]);
      const known = kinds.get(name);
      if (known) {
        if (known.others.at(-1) !== row) known.others.push(row);
        continue;
      }
      const what = [column, value === '' ? '' : JSON.stringify(value)].filter((part) => part !== '').join(' ');
      const where = `Row ${grouped(String(row))}${what === '' ? '' : `, ${what}`}`;
      kinds.set(name, { said: `${where}: ${reasonAndRemedy(reason, remedy && inOptions(remedy))}`, others: [] });
    }
  }
  return [...kinds.values()];
}

/** rows 2, 3 and 5; with very many: 67 rows: 2, 3, 4, 5 …. */
function rowsOf(rows: readonly number[]): string {
  const numbers = rows.slice(0, ROWS_SHOWN_MAX).map((row) => grouped(String(row)));
  if (rows.length > ROWS_SHOWN_MAX) return `${counted(rows.length, 'more row')}: ${numbers.join(', ')} and so on`;
  if (numbers.length === 1) return `row ${numbers[0]}`;
  return `rows ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}
