/** The carbon book: the inventory by any dimension, its months, its parts, and what is held back from it. */
import { NativeSelect, Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Inventory, useInventory } from '../api/queries.ts';
import { useParameter, useSetAddress } from '../app/address.ts';
import { Figure } from '../components/Figure.tsx';
import { Empty, Section, Shown, Stat } from '../components/Page.tsx';
import { outsideRef } from '../explain/refs.ts';
import { amount, decimal, tonnes, tonnesOfKilograms, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { BothMethods } from './carbon/BothMethods.tsx';
import { Boundary } from './carbon/Boundary.tsx';
import { CarbonHead } from './carbon/CarbonHead.tsx';
import { InventoryTable } from './carbon/InventoryTable.tsx';
import { MonthChart } from './carbon/MonthChart.tsx';
import { APPROACHES, type CarbonRange, useCarbonRange } from './carbon/range.ts';
import { Treemap } from './carbon/Treemap.tsx';

export function Carbon() {
  const range = useCarbonRange();
  const setAddress = useSetAddress();
  const by = useParameter('by') ?? 'scope,category';
  const { query, ready, name } = range;
  const inventory = useInventory({ ...query, group_by: by }, ready);
  return (
    <>
      <CarbonHead title={t.carbon.title} range={range}>
        <NativeSelect
          label={t.boundary.approach}
          value={range.approach ?? ''}
          data={[
            { value: '', label: t.boundary.byMethodology },
            ...APPROACHES.map((value) => ({ value, label: t.boundary.approaches[value]! })),
          ]}
          onChange={(event) => setAddress({ approach: event.currentTarget.value || undefined })}
        />
        <Select
          label={t.carbon.groupBy}
          value={by}
          data={Object.entries(t.carbon.groups).map(([value, label]) => ({ value, label }))}
          allowDeselect={false}
          onChange={(value) => setAddress({ by: value ?? undefined })}
        />
      </CarbonHead>
      <Shown of={inventory} height={480}>
        {(data) =>
          data.rows.length === 0 ? (
            <Section title={t.carbon.inventory}>
              <Empty title={t.carbon.emptyTitle}>{t.carbon.emptyText}</Empty>
            </Section>
          ) : (
            <>
              <Totals inventory={data} />
              <Section title={t.carbon.inventory} note={t.carbon.inventoryNote}>
                <Notes inventory={data} />
                <InventoryTable inventory={data} onFilter={(keys) => setAddress(keys)} />
              </Section>
              {data.scope_2 && <BothMethods both={data.scope_2} seq={data.seq} />}
              {data.boundary && <Boundary boundary={data.boundary} />}
              <Charts query={query} name={name} />
            </>
          )
        }
      </Shown>
      <HeldSums inventory={inventory.data} />
    </>
  );
}

function Totals({ inventory }: { inventory: Inventory }) {
  const { total, outside, gwp } = inventory;
  const biogenic = outside.gases_kg.co2_biogenic ?? '0';
  return (
    <div className="stats">
      <Stat
        label={t.carbon.totalLabel}
        value={<Figure text={tonnes(total.co2e_t)} of={total.ref} label={t.carbon.totalLabel} />}
        unit={t.carbon.unit}
        note={`${gwp}, ${t.explain.lines(total.lines)}`}
      />
      <Stat
        label={t.carbon.biogenic}
        value={
          <Figure text={decimal(tonnesOfKilograms(biogenic), 3)} of={outsideRef(total.ref)} label={t.carbon.biogenic} />
        }
        unit={t.carbon.biogenicUnit}
        note={t.carbon.biogenicNote}
      />
      <Stat
        label={t.carbon.held}
        value={whole(inventory.held.reduce((sum, { lines }) => sum + lines, 0))}
        unit={t.overview.heldUnit(2)}
        note={<Link to="/held">{t.overview.heldNote}</Link>}
      />
    </div>
  );
}

function Notes({ inventory: { total, gwp } }: { inventory: Inventory }) {
  const percent = total.not_restatable_percent;
  return (
    <>
      {percent !== null && Number(percent) > 0 && <p>{t.carbon.notRestatable(amount(percent), gwp)}</p>}
      {total.without_potential.length > 0 && (
        <p>{t.carbon.withoutPotential(total.without_potential.join(', '), gwp)}</p>
      )}
    </>
  );
}

/** Areas that can be told apart; the smaller ones are drawn as one. */
const PARTS_MAX = 250;

function Charts({ query, name }: { query: CarbonRange['query']; name: string }) {
  const byMonth = useInventory({ ...query, group_by: 'month,scope' });
  const byActivity = useInventory({ ...query, group_by: 'scope,category,activity', order: 'co2e', limit: PARTS_MAX });
  return (
    <div className="columns">
      <Section title={t.carbon.byMonth}>
        <Shown of={byMonth} height={300}>
          {(data) => (
            <MonthChart
              inventory={data}
              by="scope"
              label={t.carbon.months(t.carbon.dimensions.scope!.toLowerCase())}
              fileName={`co2e-months-${name}`}
              height={300}
            />
          )}
        </Shown>
      </Section>
      <Section title={t.carbon.parts}>
        <Shown of={byActivity} height={300}>
          {(data) => <Treemap inventory={data} fileName={`co2e-parts-${name}`} />}
        </Shown>
      </Section>
    </div>
  );
}

function HeldSums({ inventory }: { inventory: Inventory | undefined }) {
  if (!inventory || inventory.held.length === 0) return null;
  return (
    <Section title={t.carbon.held} actions={<Link to="/held">{t.overview.details}</Link>}>
      <ul>
        {inventory.held.map((sum) => (
          <li key={`${sum.reason}${sum.unit}${sum.currency}`}>
            <Figure text={t.explain.lines(sum.lines)} of={sum.ref} label={sum.words} />: {sum.words}
            {sum.quantity !== null && `, ${amount(sum.quantity)} ${sum.unit}`}
            {sum.amount !== null && `, ${amount(sum.amount)} ${sum.currency}`}
          </li>
        ))}
      </ul>
    </Section>
  );
}
