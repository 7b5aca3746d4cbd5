/** How the quantities are known: by what they say of themselves, by scope and category, by spend, and of financed emissions. */
import type { ReactNode } from 'react';
import { type Months, type QualityReport, useQuality } from '../../api/checks.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section, Shown, Stat } from '../../components/Page.tsx';
import { amount, decimal, tonnes, tonnesOfKilograms, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

type Share = QualityReport['shares'][number];
type OfCategory = QualityReport['by_category'][number];
type Financed = QualityReport['financed'][number];
type Spend = QualityReport['spend'][number];

export function QualitySection({ months, ready }: { months: Months; ready: boolean }) {
  const quality = useQuality(months, ready);
  return (
    <Section title={t.checks.quality} note={t.checks.qualityNote}>
      <Shown of={quality} height={120}>
        {(data) => (
          <>
            <Summary quality={data} />
            <DataTable
              caption={t.checks.quality}
              columns={SHARES}
              rows={data.shares}
              rowKey={({ data_quality, kind }) => `${data_quality} ${kind}`}
            />
            <Part title={t.checks.byCategory}>
              <DataTable
                caption={t.checks.byCategory}
                columns={CATEGORIES}
                rows={data.by_category}
                rowKey={({ scope, category }) => `${scope} ${category}`}
              />
            </Part>
            {data.spend.length > 0 && (
              <Part title={t.checks.bySpend}>
                <DataTable
                  caption={t.checks.bySpend}
                  columns={SPEND}
                  rows={data.spend}
                  rowKey={({ currency }) => currency}
                />
              </Part>
            )}
            {data.financed.length > 0 && (
              <Part title={t.checks.financed}>
                <DataTable
                  caption={t.checks.financed}
                  columns={FINANCED}
                  rows={data.financed}
                  rowKey={({ currency }) => currency}
                />
              </Part>
            )}
          </>
        )}
      </Shown>
    </Section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <h3 className="part-title">{title}</h3>
      {children}
    </>
  );
}

function Summary({ quality }: { quality: QualityReport }) {
  const { primary_percent, estimated_percent, scope_3_primary_percent, score, scored_percent, refs } = quality;
  const stat = (label: string, percent: string | null, ref: string | null, note: string) => (
    <Stat
      label={label}
      value={<Percent text={percent} of={ref} label={label} />}
      unit={percent === null ? '' : '%'}
      note={note}
    />
  );
  return (
    <div className="stats">
      {stat(t.checks.primary, primary_percent, refs.primary, t.checks.ofTotal)}
      {stat(t.checks.primaryScope3, scope_3_primary_percent, refs.scope_3_primary, t.checks.ofScope3)}
      {stat(t.checks.estimatedShare, estimated_percent, refs.estimated, t.checks.ofTotal)}
      {score !== null && (
        <Stat
          label={t.checks.score}
          value={<Figure text={decimal(score, 2)} of={refs.scored} label={t.checks.score} />}
          note={t.checks.scored(scored_percent === null ? '–' : amount(scored_percent))}
        />
      )}
    </div>
  );
}

const Percent = ({ text, of, label }: { text: string | null; of: string | null; label: string }) =>
  text === null ? '–' : <Figure text={amount(text)} of={of} label={label} />;

const SHARES: readonly Column<Share>[] = [
  {
    key: 'quality',
    label: t.checks.stated,
    head: true,
    text: ({ data_quality }) => data_quality || t.checks.notStated,
  },
  { key: 'kind', label: t.checks.kind, text: ({ kind }) => t.checks.qualityKinds[kind] ?? kind },
  {
    key: 'co2e',
    label: '',
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_kg }) => tonnesOfKilograms(co2e_kg),
    cell: ({ co2e_kg, ref, data_quality, kind }) => (
      <Figure text={tonnes(tonnesOfKilograms(co2e_kg))} of={ref} label={data_quality || kind} />
    ),
  },
  {
    key: 'share',
    label: t.carbon.share,
    unit: '%',
    numeric: true,
    text: ({ percent }) => percent ?? '',
    cell: ({ percent, ref, data_quality, kind }) => (
      <Percent text={percent} of={ref} label={`${t.carbon.share}, ${data_quality || kind}`} />
    ),
  },
  {
    key: 'lines',
    label: t.carbon.lines,
    numeric: true,
    text: ({ lines }) => String(lines),
    cell: ({ lines, ref, data_quality, kind }) => (
      <Figure text={whole(lines)} of={ref} label={`${t.carbon.lines}, ${data_quality || kind}`} />
    ),
  },
];

const nameOfCategory = ({ scope, category }: OfCategory): string =>
  [t.carbon.scopesShort[scope] ?? scope, category && nameOf('category', category)].filter(Boolean).join(', ');

const share = (key: 'primary_percent' | 'estimated_percent', label: string): Column<OfCategory> => ({
  key,
  label,
  unit: '%',
  numeric: true,
  text: (row) => row[key] ?? '',
  cell: (row) => <Percent text={row[key]} of={row.ref} label={`${label}, ${nameOfCategory(row)}`} />,
});

const CATEGORIES: readonly Column<OfCategory>[] = [
  { key: 'category', label: t.carbon.dimensions.scope!, head: true, text: nameOfCategory },
  {
    key: 'co2e',
    label: '',
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_kg }) => tonnesOfKilograms(co2e_kg),
    cell: (row) => <Figure text={tonnes(tonnesOfKilograms(row.co2e_kg))} of={row.ref} label={nameOfCategory(row)} />,
  },
  share('primary_percent', t.checks.primary),
  share('estimated_percent', t.checks.estimatedShare),
];

const SPEND: readonly Column<Spend>[] = [
  { key: 'currency', label: t.intensity.currency, head: true, text: ({ currency }) => currency },
  {
    key: 'amount',
    label: t.checks.spent,
    numeric: true,
    text: ({ amount: spent }) => spent,
    cell: ({ amount: spent, currency, ref }) => (
      <Figure text={amount(spent)} of={ref} label={`${t.checks.spent}, ${currency}`} />
    ),
  },
  {
    key: 'primary',
    label: t.checks.primary,
    unit: '%',
    numeric: true,
    text: ({ primary_percent }) => primary_percent ?? '',
    cell: ({ primary_percent, currency, ref }) => (
      <Percent text={primary_percent} of={ref} label={`${t.checks.primary}, ${currency}`} />
    ),
  },
];

const FINANCED: readonly Column<Financed>[] = [
  { key: 'currency', label: t.intensity.currency, head: true, text: ({ currency }) => currency },
  {
    key: 'outstanding',
    label: t.checks.outstanding,
    numeric: true,
    text: ({ outstanding }) => outstanding,
    cell: ({ outstanding, ref, currency }) => (
      <Figure text={amount(outstanding)} of={ref} label={`${t.checks.outstanding}, ${currency}`} />
    ),
  },
  {
    key: 'score',
    label: t.checks.score,
    numeric: true,
    text: ({ score }) => score ?? '',
    cell: ({ score, ref, currency }) =>
      score === null ? '–' : <Figure text={decimal(score, 2)} of={ref} label={`${t.checks.score}, ${currency}`} />,
  },
  {
    key: 'scored',
    label: t.checks.scoredShare,
    unit: '%',
    numeric: true,
    text: ({ scored_percent }) => scored_percent ?? '',
    cell: ({ scored_percent, ref, currency }) => (
      <Percent text={scored_percent} of={ref} label={`${t.checks.scoredShare}, ${currency}`} />
    ),
  },
];
