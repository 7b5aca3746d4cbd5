/** Greenhouse-gas intensity per net revenue: of the months chosen, and year by year. */
import { useQueries } from '@tanstack/react-query';
import { useIntensityReport } from '../../api/carbon.ts';
import { api, dataOf } from '../../api/client.ts';
import { type Answer, asOfPart, type Query, useAccount, useYears } from '../../api/queries.ts';
import { useAsOf, useParameter } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section, Shown, Stat } from '../../components/Page.tsx';
import { TypedField } from '../../components/TypedField.tsx';
import {
  amount,
  decimal,
  difference,
  everyDigit,
  isZero,
  percentChange,
  ratioOf,
  tonnes,
  whole,
} from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { useCarbonRange } from './range.ts';

type Report = Answer<'/api/reports/intensity'>;
type Asked = Query<'/api/reports/intensity'>;

const PER_DEFAULT = '1000000';
const DECIMALS = 3;

export function Intensity() {
  const range = useCarbonRange();
  const asOf = useAsOf();
  const account = useAccount().data?.account;
  const currency = useParameter('currency');
  const per = useParameter('per');
  const stated = useParameter('revenue');
  const { ready, from, to, gwp, approach } = range;
  const common = {
    gwp,
    ...(approach ? { approach } : {}),
    ...(per ? { per } : {}),
    ...(currency ? { currency } : {}),
    ...asOfPart(asOf),
  };
  const asked: Asked = {
    from: from?.slice(0, 7) ?? '',
    to: to?.slice(0, 7) ?? '',
    ...(stated ? { revenue: stated } : {}),
    ...common,
  };
  const report = useIntensityReport(asked, ready && from !== undefined && to !== undefined);
  return (
    <>
      <CarbonHead title={t.intensity.title} note={t.intensity.note} range={{ ...range, filters: {} }} />
      <Section title={t.intensity.revenue}>
        <div className="form-row">
          <TypedField
            label={t.intensity.revenueOf(currency ?? account?.currency ?? '')}
            name="revenue"
            placeholder={t.intensity.revenueExample}
          />
          <TypedField label={t.intensity.currency} name="currency" placeholder={account?.currency ?? ''} />
          <TypedField label={t.intensity.per} name="per" placeholder={PER_DEFAULT} />
        </div>
      </Section>
      <Shown of={report} height={160}>
        {(shown) => <Result report={shown} />}
      </Shown>
      {stated === undefined && <ByYear common={common} />}
    </>
  );
}

function Result({ report }: { report: Report }) {
  const { currency, per, revenue, basis, revenue_lines, location_based, market_based, notes } = report;
  const unit = t.intensity.unit(amount(per), currency);
  const side = (label: string, of: Report['location_based']) => (
    <Stat
      label={label}
      value={of.intensity === null ? '–' : <Figure text={decimal(of.intensity, DECIMALS)} of={of.ref} label={label} />}
      unit={of.intensity === null ? '' : unit}
      note={
        of.intensity === null ? (
          t.intensity.noRevenue
        ) : (
          <>
            <Figure text={tonnes(of.co2e_t)} of={of.ref} label={t.carbon.total} />{' '}
            {t.intensity.how(decimal(revenue, 2), currency)}
          </>
        )
      }
    />
  );
  const metric = `metric/recognised_revenue/${periodOf(report)}/${currency}`;
  return (
    <>
      <div className="stats">
        {side(t.intensity.location, location_based)}
        {market_based && side(t.intensity.market, market_based)}
        <Stat
          label={t.intensity.revenue}
          value={
            <Figure
              text={decimal(revenue, 2)}
              of={basis === 'recognised' ? metric : null}
              label={t.intensity.revenue}
            />
          }
          unit={currency}
          note={[t.intensity.basis[basis], revenue_lines === null ? '' : t.intensity.lines(whole(revenue_lines))]
            .filter(Boolean)
            .join(', ')}
        />
      </div>
      {notes.length > 0 && (
        <Section title={t.intensity.notes}>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** A whole year is called by its name; other months as the days that they are. */
function periodOf({ from, to }: Report): string {
  if (from.slice(0, 4) === to.slice(0, 4) && from.endsWith('-01') && to.endsWith('-12')) return from.slice(0, 4);
  if (from === to) return from;
  const last = new Date(Date.UTC(Number(to.slice(0, 4)), Number(to.slice(5, 7)), 0)).getUTCDate();
  return `${from}-01..${to}-${last}`;
}

interface Year {
  year: string;
  report: Report;
  before: Report | undefined;
}

function ByYear({ common }: { common: Omit<Asked, 'from' | 'to'> }) {
  const years = useYears()?.years ?? [];
  const reports = useQueries({
    queries: years.map((year) => {
      const asked: Asked = { ...common, from: `${year}-01`, to: `${year}-12` };
      return {
        queryKey: ['intensity', asked],
        queryFn: () => dataOf(api.GET('/api/reports/intensity', { params: { query: asked } })),
      };
    }),
  });
  const rows = years.flatMap((year, index): Year[] => {
    const report = reports[index]?.data;
    return report && !isZero(report.location_based.co2e_t) ? [{ year, report, before: reports[index - 1]?.data }] : [];
  });
  if (reports.some(({ data }) => data === undefined) || rows.length === 0) return null;
  const unit = t.intensity.unit(amount(rows[0]!.report.per), rows[0]!.report.currency);
  return (
    <Section title={t.intensity.byYear} note={t.intensity.byYearNote(unit)}>
      <DataTable caption={t.intensity.byYear} columns={COLUMNS} rows={rows} rowKey={({ year }) => year} />
    </Section>
  );
}

const changeOf = ({ report, before }: Year): string | null => {
  const now = report.market_based?.intensity;
  const then = before?.market_based?.intensity;
  if (!now || !then || isZero(then)) return null;
  const ratio = ratioOf(now, then, 2);
  return ratio === null ? null : difference(ratio, '100');
};

const COLUMNS: readonly Column<Year>[] = columnsOf();

function columnsOf(): Column<Year>[] {
  const shown = (of: Report['market_based'], label: string) =>
    of?.intensity ? <Figure text={decimal(of.intensity, DECIMALS)} of={of.ref} label={label} /> : '–';
  return [
    { key: 'year', label: t.intensity.year, head: true, text: ({ year }) => year },
    {
      key: 'revenue',
      label: t.intensity.revenue,
      numeric: true,
      text: ({ report }) => report.revenue,
      cell: ({ year, report: { revenue, currency } }) => (
        <>
          <Figure
            text={decimal(revenue, 2)}
            of={`metric/recognised_revenue/${year}/${currency}`}
            label={`${t.intensity.revenue} ${year}`}
          />{' '}
          <span className="unit">{currency}</span>
        </>
      ),
    },
    {
      key: 'location',
      label: t.intensity.emissionsLocation,
      unit: t.carbon.unit,
      numeric: true,
      text: ({ report }) => report.location_based.co2e_t,
      cell: ({ year, report }) => (
        <Figure
          text={tonnes(report.location_based.co2e_t)}
          of={report.location_based.ref}
          label={`${t.intensity.emissionsLocation} ${year}`}
        />
      ),
    },
    {
      key: 'market',
      label: t.intensity.emissionsMarket,
      unit: t.carbon.unit,
      numeric: true,
      text: ({ report }) => report.market_based?.co2e_t ?? '',
      cell: ({ year, report: { market_based: of } }) =>
        of ? <Figure text={tonnes(of.co2e_t)} of={of.ref} label={`${t.intensity.emissionsMarket} ${year}`} /> : '–',
    },
    {
      key: 'il',
      label: t.intensity.intensityLocation,
      numeric: true,
      text: ({ report }) => everyDigit(report.location_based.intensity ?? '0'),
      cell: ({ year, report }) => shown(report.location_based, `${t.intensity.intensityLocation} ${year}`),
    },
    {
      key: 'im',
      label: t.intensity.intensityMarket,
      numeric: true,
      text: ({ report }) => report.market_based?.intensity ?? '',
      cell: ({ year, report }) => shown(report.market_based, `${t.intensity.intensityMarket} ${year}`),
    },
    {
      key: 'change',
      label: t.intensity.change,
      numeric: true,
      text: (row) => changeOf(row) ?? '',
      cell: (row) => {
        const change = changeOf(row);
        return change === null ? '–' : percentChange(change);
      },
    },
  ];
}
