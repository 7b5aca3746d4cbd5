/** What of scopes 1 to 3 the consolidation approach leaves out, and why. */
import { Link } from '@tanstack/react-router';
import type { Inventory } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section } from '../../components/Page.tsx';
import { day } from '../../format/dates.ts';
import { tonnes, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';
import { shareText } from './shares.ts';

type Limits = NonNullable<Inventory['boundary']>;
type Excluded = Limits['excluded']['entities'][number];

export function Boundary({ boundary }: { boundary: Limits }) {
  const { approach, parent, excluded, leased } = boundary;
  return (
    <Section
      title={t.boundary.title(t.boundary.approaches[approach]!)}
      note={parent === null ? t.boundary.noOwnership : t.boundary.of(parent)}
      actions={<Link to="/carbon/organisation">{t.organisation.title}</Link>}
    >
      <p>{t.boundary.leftOut(tonnes(excluded.co2e_t))}</p>
      {excluded.entities.length > 0 && (
        <DataTable
          caption={t.boundary.leftOutTitle}
          columns={COLUMNS}
          rows={excluded.entities}
          rowKey={({ entity, reason }) => `${entity} ${reason}`}
        />
      )}
      {leased.length > 0 && (
        <p className="dimmed">
          {t.boundary.leased(
            leased.map(({ entity, category }) => `${entity} (${nameOf('category', String(category))})`).join(', '),
          )}
        </p>
      )}
    </Section>
  );
}

const COLUMNS: readonly Column<Excluded>[] = [
  { key: 'entity', label: t.carbon.dimensions.entity!, head: true, text: ({ entity }) => entity },
  {
    key: 'why',
    label: t.boundary.why,
    text: ({ words, detail }) => [words, detail].filter(Boolean).join(': '),
    cell: ({ words, detail, category_hint }) => (
      <span className="wrap">
        {[words, detail].filter(Boolean).join(': ')}
        {category_hint !== null && (
          <span className="dimmed"> {t.boundary.lookIn(nameOf('category', String(category_hint)))}</span>
        )}
      </span>
    ),
  },
  {
    key: 'shares',
    label: t.boundary.share,
    text: ({ shares }) => shares.map(({ from, share }) => `${shareText(share)} (${day(from)})`).join(', '),
  },
  {
    key: 'co2e',
    label: t.boundary.leftOutTitle,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_t }) => co2e_t,
    cell: ({ co2e_t }) => tonnes(co2e_t),
  },
  {
    key: 'lines',
    label: t.carbon.lines,
    numeric: true,
    text: ({ lines }) => String(lines),
    cell: ({ lines }) => whole(lines),
  },
];
