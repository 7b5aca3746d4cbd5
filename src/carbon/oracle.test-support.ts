/** A second calculation of the carbon ledger, one activity at a time in plain TypeScript, to compare the SQL with. */
import type { Entry } from '../journal/types.ts';
import { Decimal } from '../kernel/decimal.ts';
import { Rational } from '../kernel/rational.ts';
import { gwpSet } from './catalogue/gwp.ts';
import { loadCatalogue } from './catalogue/load.ts';
import { decide, indexFactors } from './decide.ts';
import type { Cells } from './ledger.test-support.ts';
import { LINE_KG_MAX, MASSES } from './tables.ts';

const DAY_MS = 86_400_000;

interface Live {
  origin: string;
  cells: Cells;
}

/** `origin|month|factor` -> masses, `held|origin|month|reason` -> quantity; as of `seq`. */
export function oracle(entries: readonly Entry[], seq: number): Map<string, string> {
  const live = { activities: new Map<string, Live>(), entities: new Map<string, Live>() };
  let adopted = new Set<string>();
  for (const entry of entries) {
    if (entry.seq > seq) break;
    const payload = entry.payload as Record<string, unknown>;
    if (entry.kind === 'factors.adopt') {
      adopted = new Set((payload.releases as Array<{ release: string }>).map(({ release }) => release));
      continue;
    }
    const table = live[payload.stream as keyof typeof live];
    if (entry.kind === 'records.delete') {
      for (const { external_id } of payload.keys as Array<{ external_id: string }>) table.delete(external_id);
    } else {
      for (const [i, cells] of (payload.rows as Cells[]).entries()) {
        table.set(cells.external_id!, { origin: `${entry.seq}.${i + 1}`, cells });
      }
    }
  }
  const index = indexFactors(
    loadCatalogue().factors.filter(({ release }) => adopted.has(release)),
    gwpSet,
  );
  const found = new Map<string, string>();
  for (const { origin, cells } of live.activities.values()) {
    const start = cells.start_date!;
    const end = cells.end_date ?? start;
    const total = days(start, end);
    const quantity = Decimal.parse(cells.quantity!);
    const entity = live.entities.get(cells.entity ?? '');
    const known = live.entities.size === 0 || entity !== undefined;
    const closed = entity?.cells.closed ? entity.cells.closed <= start : false;
    const unopened = entity?.cells.opened ? end < entity.cells.opened : false;
    let before = 0;
    for (const [first, last] of months(start, end)) {
      const through = before + days(first, last);
      const share = (whole: Rational, scale: number) =>
        whole
          .mul(new Rational(BigInt(through), BigInt(total)))
          .toDecimal(scale)
          .sub(whole.mul(new Rational(BigInt(before), BigInt(total))).toDecimal(scale));
      const decision = decide(
        {
          activity: cells.activity!,
          unit: cells.unit ?? '',
          currency: '',
          country: cells.country ?? '',
          region: '',
          category: '',
          hasQuantity: true,
          hasAmount: false,
        },
        Number(first.slice(0, 4)),
        index,
      );
      const q = Rational.fromDecimal(quantity);
      const tooLarge =
        'lines' in decision &&
        decision.lines.some(({ coefficients }) =>
          MASSES.some((mass) => Math.abs(Number(q.mul(coefficients[mass]).toDecimal(3).toString())) > LINE_KG_MAX),
        );
      const month = `${first.slice(0, 7)}-01`;
      if (!known || closed || unopened || 'held' in decision || tooLarge) {
        const reason = !known
          ? 'unknown_entity'
          : closed
            ? 'entity_closed'
            : unopened
              ? 'entity_not_open'
              : 'held' in decision
                ? decision.held
                : 'out_of_range';
        found.set(`held|${origin}|${month}|${reason}`, share(q, 12).toString());
      } else {
        for (const { factor, coefficients } of decision.lines) {
          const line = MASSES.map((mass) =>
            share(Rational.fromDecimal(q.mul(coefficients[mass]).toDecimal(24)), 24).toString(),
          );
          found.set(`${origin}|${month}|${factor.id}`, [share(q, 12).toString(), ...line].join(' '));
        }
      }
      before = through;
    }
  }
  return found;
}

function days(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
}

function months(start: string, end: string): Array<[string, string]> {
  const found: Array<[string, string]> = [];
  for (let first = start; first <= end; ) {
    const [year, month] = first.split('-').map(Number) as [number, number];
    const next = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
    const last = new Date(Date.parse(next) - DAY_MS).toISOString().slice(0, 10);
    found.push([first, last < end ? last : end]);
    first = next;
  }
  return found;
}
