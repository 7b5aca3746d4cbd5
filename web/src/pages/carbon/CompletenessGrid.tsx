/** What is stated month by month: a row per entity and activity that comes every month, a cell per month. */
import type { Completeness, CompletenessRow } from '../../api/checks.ts';
import { useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Page.tsx';
import { inventoryRef } from '../../explain/refs.ts';
import { month as monthName } from '../../format/dates.ts';
import { t } from '../../texts.ts';

const SIGNS: Record<string, string> = { complete: '●', partial: '◐', missing: '○', outside: '·' };

interface Props {
  /** The first page, and the rows of all that are read. */
  completeness: Completeness;
  rows: readonly CompletenessRow[];
  onEnd?: (() => void) | undefined;
}

export function CompletenessGrid({ completeness: { months, entities_without, total }, rows, onEnd }: Props) {
  const setAddress = useSetAddress();
  const explain = (ref: string) => setAddress({ explain: ref });
  if (rows.length === 0) return <Empty title={t.checks.noMonths} />;
  const columns: Column<CompletenessRow>[] = [
    { key: 'entity', label: t.carbon.dimensions.entity!, head: true, text: ({ entity }) => entity },
    { key: 'activity', label: t.carbon.dimensions.activity!, text: ({ activity }) => activity },
    ...months.map(
      (month): Column<CompletenessRow> => ({
        key: month,
        label: monthName(month),
        text: ({ cells }) => cells.find((cell) => cell.month === month)?.state ?? '',
        cell: ({ cells, entity, activity, scope }) => {
          const cell = cells.find((one) => one.month === month);
          if (!cell) return null;
          const words = t.checks.cell(t.checks.states[cell.state] ?? cell.state, cell.days);
          if (cell.state === 'complete' || cell.state === 'partial') {
            const ref = inventoryRef({ from: month, to: month, entity, activity, scope: String(scope) });
            return (
              <button
                type="button"
                className={`cell-button complete-${cell.state}`}
                title={words}
                aria-label={t.explain.recordLabel(`${entity}, ${activity}, ${monthName(month)}: ${words}`)}
                onClick={() => explain(ref)}
              >
                {SIGNS[cell.state]}
              </button>
            );
          }
          return (
            <span className={`complete-${cell.state}`} title={words} role="img" aria-label={words}>
              {SIGNS[cell.state]}
            </span>
          );
        },
      }),
    ),
    { key: 'missing', label: t.checks.missing, numeric: true, text: ({ missing }) => String(missing) },
  ];
  return (
    <>
      <DataTable
        caption={t.checks.completeness}
        columns={columns}
        rows={rows}
        rowKey={({ entity, activity, scope }) => `${entity} ${activity} ${scope}`}
        note={[
          ...(rows.length < total ? [t.checks.shown(rows.length, total)] : []),
          ...Object.entries(SIGNS).map(([state, sign]) => `${sign} ${t.checks.states[state]}`),
        ].join('   ')}
        more={rows.length < total}
        onEnd={onEnd}
        heightMax={480}
        dense
      />
      {entities_without.length > 0 && <p>{t.checks.without(entities_without.join(', '))}</p>}
    </>
  );
}
