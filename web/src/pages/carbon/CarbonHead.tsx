/** Title, pages and controls of the carbon book. */
import { NativeSelect, Pill } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSetAddress } from '../../app/address.ts';
import { PageHead } from '../../components/Page.tsx';
import { type Tab, Tabs } from '../../components/Tabs.tsx';
import { t } from '../../texts.ts';
import { MonthRange } from '../revenue/RevenueHead.tsx';
import { nameOf } from './names.ts';
import { type CarbonRange, GWP_SETS, KEPT } from './range.ts';

const TABS: readonly Tab[] = [
  { to: '/carbon', label: t.carbon.tabs.inventory },
  { to: '/carbon/breakdown', label: t.carbon.tabs.breakdown },
  { to: '/carbon/activities', label: t.carbon.tabs.activities },
  { to: '/carbon/intensity', label: t.intensity.title },
  { to: '/carbon/base-year', label: t.baseYear.tab },
  { to: '/carbon/checks', label: t.carbon.tabs.checks },
  { to: '/carbon/organisation', label: t.carbon.tabs.organisation },
  { to: '/carbon/instruments', label: t.instruments.title },
  { to: '/carbon/factors', label: t.carbon.tabs.factors, isActive: (path) => path.startsWith('/carbon/factors') },
  { to: '/carbon/rules', label: t.rules.title },
  { to: '/carbon/estimate', label: t.carbon.tabs.estimate },
  { to: '/carbon/what-if', label: t.carbon.tabs.whatIf },
];

interface Props {
  title: string;
  note?: ReactNode;
  /** Months, potentials and filters, where the page has them. */
  range?: CarbonRange;
  children?: ReactNode;
}

export function CarbonHead({ title, note, range, children }: Props) {
  const setAddress = useSetAddress();
  return (
    <>
      <PageHead title={title} note={note}>
        {range && (
          <NativeSelect
            label={t.carbon.gwp}
            title={t.carbon.gwpNote}
            value={range.gwp}
            data={[...GWP_SETS]}
            onChange={(event) => setAddress({ gwp: event.currentTarget.value })}
          />
        )}
        {children}
        {range && <MonthRange from={range.from} to={range.to} />}
      </PageHead>
      <Tabs label={t.carbon.title} tabs={TABS} keep={KEPT} />
      {range && <Filters filters={range.filters} />}
    </>
  );
}

function Filters({ filters }: { filters: Record<string, string> }) {
  const setAddress = useSetAddress();
  const given = Object.entries(filters);
  if (given.length === 0) return null;
  return (
    <div className="filters">
      {given.map(([dimension, value]) => {
        const label = `${t.carbon.dimensions[dimension]}: ${nameOf(dimension, value) || t.carbon.unnamed}`;
        return (
          <Pill
            key={dimension}
            withRemoveButton
            onRemove={() => setAddress({ [dimension]: undefined })}
            removeButtonProps={{ 'aria-label': t.carbon.clearFilter(label), 'aria-hidden': false, tabIndex: 0 }}
          >
            {label}
          </Pill>
        );
      })}
    </div>
  );
}
