/** Scope 2 by both methods: where the grid is, and what was bought; and what the market-based figure is due to. */
import type { Inventory } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section, Stat } from '../../components/Page.tsx';
import { amount, everyDigit, tonnes, tonnesOfKilograms, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

type Both = NonNullable<Inventory['scope_2']>;
type Cover = Both['covers'][number];

export function BothMethods({ both, seq }: { both: Both; seq: number }) {
  return (
    <Section title={t.scope2.title} note={t.scope2.note(both.methodology)}>
      <div className="stats">
        <Stat
          label={t.scope2.location}
          value={
            <Figure text={tonnes(both.location_based.co2e_t)} of={both.location_based.ref} label={t.scope2.location} />
          }
          unit={t.carbon.unit}
          note={<TotalWith of={both.total_location_based} />}
        />
        <Stat
          label={t.scope2.market}
          value={<Figure text={tonnes(both.market_based.co2e_t)} of={both.market_based.ref} label={t.scope2.market} />}
          unit={t.carbon.unit}
          note={<TotalWith of={both.total_market_based} />}
        />
        <Stat
          label={t.scope2.covered}
          value={
            both.covered_percent === null ? (
              '–'
            ) : (
              <Figure text={amount(both.covered_percent)} of={both.market_based.ref} label={t.scope2.covered} />
            )
          }
          unit="%"
          note={t.scope2.coveredOf(everyDigit(both.covered_kwh), everyDigit(both.kwh))}
        />
      </div>
      {both.covers.length > 0 && (
        <DataTable
          caption={t.scope2.covers}
          columns={COVERS}
          rows={both.covers}
          rowKey={({ cover }) => cover}
          note={t.common.asOfEntry(seq)}
        />
      )}
      {both.notes.length > 0 && (
        <ul className="dimmed">
          {both.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function TotalWith({ of: { co2e_t, ref } }: { of: Both['total_market_based'] }) {
  return (
    <>
      {t.scope2.totalWith} <Figure text={tonnes(co2e_t)} of={ref} label={t.scope2.totalWith} /> {t.carbon.unit}
    </>
  );
}

const COVERS: readonly Column<Cover>[] = [
  {
    key: 'cover',
    label: t.scope2.covers,
    head: true,
    text: ({ words }) => words,
    cell: ({ words }) => <span className="wrap">{words}</span>,
  },
  {
    key: 'kwh',
    label: t.scope2.energy,
    unit: 'kWh',
    numeric: true,
    text: ({ kwh }) => kwh,
    cell: ({ kwh, ref, words }) => <Figure text={everyDigit(kwh)} of={ref} label={`${t.scope2.energy}, ${words}`} />,
  },
  {
    key: 'co2e',
    label: '',
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_kg }) => tonnesOfKilograms(co2e_kg),
    cell: ({ co2e_kg, ref, words }) => <Figure text={tonnes(tonnesOfKilograms(co2e_kg))} of={ref} label={words} />,
  },
  {
    key: 'lines',
    label: t.carbon.lines,
    numeric: true,
    text: ({ lines }) => String(lines),
    cell: ({ lines, ref, words }) => <Figure text={whole(lines)} of={ref} label={`${t.carbon.lines}, ${words}`} />,
  },
];
