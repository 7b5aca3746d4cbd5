/** Title, pages and controls of the revenue book. */
import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSetAddress } from '../../app/address.ts';
import { PageHead } from '../../components/Page.tsx';
import { type Tab, Tabs } from '../../components/Tabs.tsx';
import { t } from '../../texts.ts';
import { INTERVALS, KEPT, type RevenueRange } from './range.ts';

const TABS: readonly Tab[] = [
  { to: '/revenue', label: t.revenue.tabs.statement },
  { to: '/revenue/metrics', label: t.revenue.tabs.metrics },
  { to: '/revenue/cohorts', label: t.revenue.tabs.cohorts },
  {
    to: '/revenue/customers',
    label: t.revenue.tabs.customers,
    isActive: (path) => path.startsWith('/revenue/customers'),
  },
  { to: '/revenue/movements', label: t.revenue.tabs.movements },
];

interface Props {
  title: string;
  note?: ReactNode;
  range: RevenueRange;
  /** Which controls mean something on the page. */
  with: readonly ('currency' | 'interval' | 'range')[];
  children?: ReactNode;
}

export function RevenueHead({ title, note, range, with: controls, children }: Props) {
  const setAddress = useSetAddress();
  const { currency, currencies, interval, from, to } = range;
  return (
    <>
      <PageHead title={title} note={note}>
        {children}
        {controls.includes('currency') && currencies.length > 1 && (
          <NativeSelect
            label={t.revenue.currency}
            value={currency}
            data={[...currencies]}
            onChange={(event) => setAddress({ currency: event.currentTarget.value })}
          />
        )}
        {controls.includes('interval') && (
          <SegmentedControl
            aria-label={t.revenue.interval}
            value={interval}
            data={INTERVALS.map((value) => ({ value, label: t.revenue.intervals[value] }))}
            onChange={(value) => setAddress({ interval: value })}
          />
        )}
        {controls.includes('range') && <MonthRange from={from} to={to} />}
      </PageHead>
      <Tabs label={t.revenue.title} tabs={TABS} keep={KEPT} />
    </>
  );
}

/** Two months in the address. What is half typed is not taken. */
export function MonthRange({ from, to }: { from: string | undefined; to: string | undefined }) {
  const setAddress = useSetAddress();
  const field = (name: 'from' | 'to', value: string | undefined) => (
    <TextInput
      key={`${name}${value}`}
      type="month"
      label={name === 'from' ? t.common.from : t.common.to}
      defaultValue={value?.slice(0, 7) ?? ''}
      onChange={(event) => {
        const month = event.currentTarget.value;
        if (/^\d{4}-\d{2}$/.test(month) && month >= '1990-01') setAddress({ [name]: month });
      }}
    />
  );
  return (
    <>
      {field('from', from)}
      {field('to', to)}
    </>
  );
}
