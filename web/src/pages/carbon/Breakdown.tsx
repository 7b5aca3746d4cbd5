/** What the total is made of: flows from entities, hot spots, and every site by month. */
import { SegmentedControl } from '@mantine/core';
import { type Inventory, useInventory, useInventoryPages } from '../../api/queries.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { HotSpots } from './HotSpots.tsx';
import { MonthGrid } from './MonthGrid.tsx';
import { type CarbonRange, useCarbonRange } from './range.ts';
import { Sankey } from './Sankey.tsx';

/** The largest ones, of which as many are drawn as can be told apart; the others are drawn together. */
const FLOWS_MAX = 400;
/** More than are shown: some are outside the scopes. */
const SPOTS_MAX = 100;
/** Cells of the grid by month that are read at a time. */
const CELLS_MAX = 500;

const GRIDS = ['entity', 'country', 'category'] as const;

export function Breakdown() {
  const range = useCarbonRange();
  const { query, ready, name } = range;
  const flows = useInventory({ ...query, group_by: 'entity,scope,category', order: 'co2e', limit: FLOWS_MAX }, ready);
  const wholes = useInventory({ ...query, group_by: 'scope,category' }, ready);
  const spots = useInventory({ ...query, group_by: 'activity,scope,category', order: 'co2e', limit: SPOTS_MAX }, ready);
  const isEmpty = flows.data?.rows.length === 0;
  return (
    <>
      <CarbonHead title={t.carbon.breakdown} range={range} />
      {isEmpty ? (
        <Section title={t.carbon.breakdown}>
          <Empty title={t.carbon.emptyTitle}>{t.carbon.emptyText}</Empty>
        </Section>
      ) : (
        <>
          <Section title={t.carbon.flows} note={t.carbon.flowsNote}>
            <Shown of={{ ...flows, data: wholes.data && flows.data }} height={420}>
              {(data) => <Sankey inventory={data} wholes={wholes.data!} fileName={`co2e-flows-${name}`} />}
            </Shown>
          </Section>
          <Section title={t.carbon.hotSpots} note={t.carbon.hotSpotsNote}>
            <Shown of={spots} height={420}>
              {(data) => <HotSpots inventory={data} />}
            </Shown>
          </Section>
          <ByMonth query={query} ready={ready} />
        </>
      )}
    </>
  );
}

/** A part of its own, so that another dimension draws nothing else anew. */
function ByMonth({ query, ready }: Pick<CarbonRange, 'query' | 'ready'>) {
  const setAddress = useSetAddress();
  const asked = useParameter('grid');
  const grid = GRIDS.find((one) => one === asked) ?? 'entity';
  const months = useInventoryPages(
    { ...query, group_by: grid === 'category' ? 'scope,category,month' : `${grid},month`, limit: CELLS_MAX },
    ready,
  );
  return (
    <Section
      title={t.carbon.byMonth}
      note={t.carbon.gridNote}
      actions={
        <SegmentedControl
          aria-label={t.carbon.gridBy}
          value={grid}
          data={GRIDS.map((value) => ({ value, label: t.carbon.dimensions[value]! }))}
          onChange={(value) => setAddress({ grid: value })}
        />
      }
    >
      <Shown of={{ data: months.data?.pages, error: months.error, refetch: months.refetch }} height={420}>
        {(pages) => (
          <MonthGrid
            pages={pages}
            by={dimensionOf(pages[0]!, grid)}
            onEnd={months.hasNextPage && !months.isFetching ? () => void months.fetchNextPage() : undefined}
          />
        )}
      </Shown>
    </Section>
  );
}

/** Until the answer by another dimension is there, the grid shows the one that it has. */
const dimensionOf = ({ rows }: Inventory, asked: string): string =>
  GRIDS.find((one) => rows[0] !== undefined && one in rows[0].keys) ?? asked;
