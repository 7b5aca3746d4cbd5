/** What is stated month by month: a row per entity and activity that comes every month, a cell per month. */
import type { Completeness, CompletenessRow } from '../../api/checks.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Page.tsx';
import { month as monthName } from '../../format/dates.ts';
import { t } from '../../texts.ts';

const SIGNS: Record<string, string> = { complete: '●', partial: '◐', missing: '○', outside: '·' };

export function CompletenessGrid({ completeness: { months, rows, entities_without } }: { completeness: Completeness }) {
  if (rows.length === 0) return <Empty title={t.checks.noMonths} />;
  const columns: Column<CompletenessRow>[] = [
    { key: 'entity', label: t.carbon.dimensions.entity!, head: true, text: ({ entity }) => entity },
    { key: 'activity', label: t.carbon.dimensions.activity!, text: ({ activity }) => activity },
    ...months.map(
      (month): Column<CompletenessRow> => ({
        key: month,
        label: monthName(month),
        text: ({ cells }) => cells.find((cell) => cell.month === month)?.state ?? '',
        cell: ({ cells }) => {
          const cell = cells.find((one) => one.month === month);
          if (!cell) return null;
          const words = t.checks.cell(t.checks.states[cell.state] ?? cell.state, cell.days);
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
        note={Object.entries(SIGNS)
          .map(([state, sign]) => `${sign} ${t.checks.states[state]}`)
          .join('   ')}
        heightMax={480}
        dense
      />
      {entities_without.length > 0 && <p>{t.checks.without(entities_without.join(', '))}</p>}
    </>
  );
}
