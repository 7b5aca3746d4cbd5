/** Both books at a glance, and the state of the data that they stand on. */
import { Button, NativeSelect } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useIntensityReport } from '../api/carbon.ts';
import { useChecks } from '../api/checks.ts';
import {
  type Inventory,
  type Mrr,
  useAccount,
  useHeld,
  useImports,
  useInventory,
  useMrr,
  useYears,
} from '../api/queries.ts';
import { type MetricUnit, useMetrics } from '../api/revenue.ts';
import { useAsOf, useParameter, useSetAddress } from '../app/address.ts';
import { Figure } from '../components/Figure.tsx';
import { Empty, Loading, PageHead, Section, Shown, Stat } from '../components/Page.tsx';
import { Problem } from '../components/Problem.tsx';
import { inventoryRef } from '../explain/refs.ts';
import { instant } from '../format/dates.ts';
import { decimal, tonnes, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { InventoryTable } from './carbon/InventoryTable.tsx';
import { MonthChart } from './carbon/MonthChart.tsx';
import { MrrChart } from './revenue/MrrChart.tsx';
import { metricText } from './revenue/metricFormat.ts';
import { YearStatement } from './revenue/YearStatement.tsx';
import { YearWaterfall } from './revenue/YearWaterfall.tsx';

export function Overview() {
  const years = useYears();
  const setAddress = useSetAddress();
  const asked = useParameter('year');
  const year = asked ?? years?.latest ?? null;
  return (
    <>
      <PageHead title={t.overview.title}>
        {years && year !== null && (
          <NativeSelect
            label={t.overview.year}
            value={year}
            data={[...new Set([...years.years, year])].sort()}
            onChange={(event) => setAddress({ year: event.currentTarget.value })}
          />
        )}
      </PageHead>
      {years === undefined && <FirstReading />}
      {years !== undefined && year === null && <NothingYet />}
      {year !== null && (
        <>
          <DataState year={year} />
          <div className="columns">
            <RevenueSummary year={year} />
            <CarbonSummary year={year} />
          </div>
        </>
      )}
    </>
  );
}

/** The two readings that decide which year is shown; when one fails, its message. */
function FirstReading() {
  const mrr = useMrr({ from: '1990-01', interval: 'year' });
  const inventory = useInventory({ gwp: 'AR5', group_by: 'year' });
  const failed = [mrr, inventory].find(({ error }) => error !== null);
  return failed ? <Problem error={failed.error} onRetry={() => void failed.refetch()} /> : <Loading height={420} />;
}

function NothingYet() {
  return (
    <Section title={t.overview.emptyTitle}>
      <Empty title={t.overview.emptyText}>
        <Button mt="sm" component={Link} to="/imports">
          {t.overview.emptyAction}
        </Button>
      </Empty>
    </Section>
  );
}

function DataState({ year }: { year: string }) {
  const months = { from: `${year}-01`, to: `${year}-12` };
  const checks = useChecks(months, true);
  const asOf = useAsOf();
  const imports = useImports().data?.pages[0]?.imports.filter(({ seq }) => asOf === undefined || seq <= asOf);
  const held = useHeld().data?.pages[0];
  const last = imports?.[0];
  const rejected = imports?.reduce((sum, { counts }) => sum + (counts?.rejected ?? 0), 0);
  const heldLines = held?.groups.reduce((sum, { lines }) => sum + lines, 0);
  return (
    <div className="stats">
      <Stat
        label={t.overview.lastImport}
        value={last ? instant(last.recorded_at) : imports ? t.overview.noImport : '…'}
        note={
          last && (
            <Link to="/imports/$seq" params={{ seq: String(last.seq) }}>
              {last.file_name}
            </Link>
          )
        }
      />
      <Stat
        label={t.overview.rejected}
        value={rejected === undefined ? '…' : whole(rejected)}
        unit={rejected === undefined ? '' : t.overview.rejectedUnit(rejected)}
        note={rejected === 0 ? t.overview.allTaken : <Link to="/imports">{t.overview.rejectedNote}</Link>}
      />
      <Stat
        label={t.overview.heldBack}
        value={heldLines === undefined ? '…' : whole(heldLines)}
        unit={heldLines === undefined ? '' : t.overview.heldUnit(heldLines)}
        note={heldLines === 0 ? t.overview.nothingHeld : <Link to="/held">{t.overview.heldNote}</Link>}
      />
      <Stat
        label={t.overview.missing(year)}
        value={
          checks.data ? (
            <Figure
              text={whole(checks.data.missing_months)}
              of={checks.data.refs.missing_months ?? null}
              label={t.overview.missing(year)}
            />
          ) : checks.error ? (
            '–'
          ) : (
            '…'
          )
        }
        unit={checks.data ? t.checks.months(checks.data.missing_months) : ''}
        note={
          <Link to="/carbon/checks" search={months as never}>
            {t.overview.missingNote}
          </Link>
        }
      />
    </div>
  );
}

function RevenueSummary({ year }: { year: string }) {
  const range = { from: `${year}-01`, to: `${year}-12` };
  const whole = useMrr({ ...range, interval: 'year' });
  const months = useMrr({ ...range, interval: 'month' });
  return (
    <Section
      title={t.overview.revenue}
      note={t.overview.revenueNote}
      actions={<Details to="/revenue" search={range} />}
    >
      <Shown of={whole} height={220}>
        {(mrr) =>
          mrr.currencies.length === 0 ? (
            <Empty title={t.overview.noRevenue}>{t.overview.importHint}</Empty>
          ) : (
            <>
              <KeyMetrics year={year} mrr={mrr} />
              <YearStatement mrr={mrr} />
              <OwnWaterfall mrr={mrr} year={year} />
              {months.data && <MrrChart mrr={months.data} label={t.overview.mrrChart(year)} fileName={`mrr-${year}`} />}
            </>
          )
        }
      </Shown>
    </Section>
  );
}

/** Of the account's own currency, or the first that there is. */
function useOwnCurrency(mrr: Mrr): string | undefined {
  const own = useAccount().data?.account.currency;
  const currencies = mrr.currencies.map(({ currency }) => currency);
  return currencies.find((one) => one === own) ?? currencies[0];
}

function KeyMetrics({ year, mrr }: { year: string; mrr: Mrr }) {
  const currency = useOwnCurrency(mrr);
  const metrics = useMetrics(
    {
      names: 'mrr,mrr_churn_rate,nrr,customers',
      from: `${year}-01`,
      to: `${year}-12`,
      interval: 'year',
      ...(currency ? { currency } : {}),
    },
    currency !== undefined,
  );
  const figures = metrics.data?.buckets.at(-1)?.metrics;
  return (
    <div className="stats stats-small">
      {(metrics.data?.metrics ?? PLACEHOLDERS).map(({ name, title, unit, words }) => {
        const figure = figures?.[name];
        return (
          <Stat
            key={name}
            label={title}
            value={
              figure ? (
                <Figure
                  text={metricText(figure.value, unit as MetricUnit, currency ?? '')}
                  of={figure.ref}
                  label={`${title}, ${year}`}
                />
              ) : (
                '…'
              )
            }
            unit={unit === 'cents' ? (currency ?? '') : ''}
            note={<span title={words}>{t.overview.when[name]?.(year)}</span>}
          />
        );
      })}
    </div>
  );
}

/** The shape of what is coming, so that nothing jumps. */
const PLACEHOLDERS = ['mrr', 'mrr_churn_rate', 'nrr', 'customers'].map((name) => ({
  name,
  title: '…',
  unit: 'count',
  words: '',
}));

function OwnWaterfall({ mrr, year }: { mrr: Mrr; year: string }) {
  const currency = useOwnCurrency(mrr);
  const statement = mrr.currencies.find((one) => one.currency === currency);
  return statement ? (
    <YearWaterfall
      statement={statement}
      label={t.overview.waterfall(year, statement.currency)}
      fileName={`mrr-waterfall-${year}`}
    />
  ) : null;
}

function KeyEmissions({ year, inventory }: { year: string; inventory: Inventory }) {
  const both = inventory.scope_2;
  const total = both?.total_location_based.co2e_t ?? inventory.total.co2e_t;
  const intensity = useIntensity(year);
  return (
    <div className="stats stats-small">
      <Stat
        label={t.overview.totalLocation}
        value={
          <Figure
            text={tonnes(total)}
            of={inventoryRef({ from: `${year}-01`, to: `${year}-12`, gwp: 'AR5' })}
            label={t.overview.totalLocation}
          />
        }
        unit={t.carbon.unit}
        note={t.scope2.location}
      />
      {both && (
        <Stat
          label={t.overview.totalMarket}
          value={
            <Figure
              text={tonnes(both.total_market_based.co2e_t)}
              of={both.total_market_based.ref}
              label={t.overview.totalMarket}
            />
          }
          unit={t.carbon.unit}
          note={t.scope2.market}
        />
      )}
      <Stat label={t.overview.intensity} value={intensity.value} unit={intensity.unit} note={intensity.note} />
    </div>
  );
}

/** Emissions per recognised revenue, market-based where instruments are known; revenue in other currencies at its rates. */
function useIntensity(year: string): { value: ReactNode; unit: string; note: ReactNode } {
  const report = useIntensityReport({ from: `${year}-01`, to: `${year}-12`, gwp: 'AR5' });
  if (report.error) return { value: '–', unit: '', note: report.error.message };
  if (!report.data) return { value: '…', unit: '', note: '' };
  const { market_based, location_based, revenue, currency } = report.data;
  const { intensity, ref } = market_based ?? location_based;
  if (intensity === null) return { value: '–', unit: '', note: t.overview.noRevenue };
  return {
    value: <Figure text={decimal(intensity, 3)} of={ref} label={t.overview.intensity} />,
    unit: t.overview.perMillion(currency),
    note: (
      <Link to="/carbon/intensity" search={{ from: `${year}-01`, to: `${year}-12` } as never}>
        {t.overview.recognised(decimal(revenue, 2), currency)}
      </Link>
    ),
  };
}

function CarbonSummary({ year }: { year: string }) {
  const range = { from: `${year}-01`, to: `${year}-12`, gwp: 'AR5' as const };
  const byCategory = useInventory({ ...range, group_by: 'scope,category' });
  const byMonth = useInventory({ ...range, group_by: 'month,scope' });
  return (
    <Section title={t.overview.carbon} note={t.overview.carbonNote} actions={<Details to="/carbon" search={range} />}>
      <Shown of={byCategory} height={220}>
        {(inventory) =>
          inventory.rows.length === 0 ? (
            <Empty title={t.overview.noCarbon}>{t.overview.importHint}</Empty>
          ) : (
            <>
              <KeyEmissions year={year} inventory={inventory} />
              <InventoryTable inventory={inventory} brief />
              {byMonth.data && (
                <MonthChart
                  inventory={byMonth.data}
                  by="scope"
                  label={t.overview.monthChart(year)}
                  fileName={`co2e-${year}`}
                />
              )}
            </>
          )
        }
      </Shown>
    </Section>
  );
}

function Details({ to, search }: { to: string; search: Record<string, string> }) {
  return (
    <Link to={to} search={search as never}>
      {t.overview.details}
    </Link>
  );
}
