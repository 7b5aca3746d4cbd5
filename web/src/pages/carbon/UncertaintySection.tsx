/** Between which figures the total lies, and what that is due to. */
import { type Months, type Uncertainty, useUncertainty } from '../../api/checks.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { amount, tonnes, tonnesOfKilograms } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

type Part = Uncertainty['total'];
const inTonnes = (kilograms: string | null): string =>
  kilograms === null ? '–' : tonnes(tonnesOfKilograms(kilograms));

export function UncertaintySection({ months, ready }: { months: Months; ready: boolean }) {
  const uncertainty = useUncertainty(months, ready);
  return (
    <Section title={t.checks.uncertainty} note={t.checks.uncertaintyNote}>
      <Shown of={uncertainty} height={240}>
        {(data) => (
          <>
            <DataTable
              caption={t.checks.uncertainty}
              columns={COLUMNS}
              rows={data.parts}
              totals={[data.total]}
              rowKey={({ scope, category }) => `${scope} ${category}`}
              note={t.common.asOfEntry(data.seq)}
            />
            <ul className="dimmed">
              {data.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Section>
  );
}

const nameOfPart = ({ scope, category }: Part): string =>
  scope === ''
    ? t.carbon.total
    : [t.carbon.scopesShort[scope] ?? scope, category && nameOf('category', category)].filter(Boolean).join(', ');

const column = (key: 'co2e_kg' | 'low_kg' | 'high_kg', label: string): Column<Part> => ({
  key,
  label,
  unit: t.carbon.unit,
  numeric: true,
  text: (part) => (part[key] === null ? '' : tonnesOfKilograms(part[key])),
  cell: (part) => <Figure text={inTonnes(part[key])} of={part.ref} label={`${label}, ${nameOfPart(part)}`} />,
});

const COLUMNS: readonly Column<Part>[] = [
  {
    key: 'scope',
    label: t.carbon.dimensions.scope!,
    head: true,
    text: (part) => nameOfPart(part),
  },
  column('low_kg', t.checks.low),
  column('co2e_kg', t.checks.figure),
  column('high_kg', t.checks.high),
  {
    key: 'percent',
    label: '±',
    unit: '%',
    numeric: true,
    text: ({ percent }) => percent ?? '',
    cell: (part) =>
      part.percent === null ? (
        '–'
      ) : (
        <Figure text={amount(part.percent)} of={part.ref} label={`±, ${nameOfPart(part)}`} />
      ),
  },
];
