/** One factor: what it says, its gases under each set of potentials, and who published it under which licence. */
import { Link } from '@tanstack/react-router';
import { type Factor, useFactor } from '../../api/carbon.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Shown } from '../../components/Page.tsx';
import { everyDigit } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

export function FactorDetail({ id }: { id: string }) {
  const factor = useFactor(id);
  return (
    <Shown of={factor} height={420}>
      {(own) => <Detail factor={own} />}
    </Shown>
  );
}

function Detail({ factor }: { factor: Factor }) {
  const { publication, source } = factor;
  const gases = Object.entries(factor.gases_kg).filter(([, kilograms]) => !/^0*\.?0*$/.test(kilograms));
  const facts: [string, string][] = [
    [t.factors.unit, factor.unit],
    [t.carbon.dimensions.region!, nameOf('country', factor.region)],
    [t.carbon.dimensions.scope!, t.carbon.scopes[factor.scope] ?? factor.scope],
    [t.carbon.dimensions.category!, factor.category === null ? '' : nameOf('category', String(factor.category))],
    [t.carbon.dimensions.method!, factor.method],
    [t.factors.stage, factor.life_cycle_stage],
    [t.factors.valid, `${factor.valid_from} – ${factor.valid_to}`],
    [t.factors.aliases, factor.aliases.join(', ')],
    [t.factors.accompanies, factor.accompanies ?? ''],
    [t.factors.notes, factor.notes],
    [t.factors.idLabel, factor.id],
  ];
  return (
    <>
      <h3>{factor.family}</h3>
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <DataTable
        caption={t.factors.co2e}
        rows={Object.entries(factor.co2e_kg)}
        rowKey={([set]) => set}
        columns={[
          { key: 'set', label: t.carbon.gwp, head: true, text: ([set]) => set },
          {
            key: 'co2e',
            label: t.factors.perUnit,
            unit: t.factors.kg,
            numeric: true,
            text: ([, kilograms]) => kilograms ?? '',
            cell: ([, kilograms]) => (kilograms === null ? t.factors.noPotential : everyDigit(kilograms)),
          },
        ]}
        note={t.factors.publishedUnder(factor.gwp_source)}
      />
      {gases.length > 0 && (
        <DataTable
          caption={t.factors.gases}
          rows={gases}
          rowKey={([gas]) => gas}
          columns={[
            { key: 'gas', label: t.factors.gas, head: true, text: ([gas]) => t.factors.gasNames[gas] ?? gas },
            {
              key: 'kg',
              label: t.factors.perUnit,
              unit: 'kg',
              numeric: true,
              text: ([, kilograms]) => kilograms,
              cell: ([, kilograms]) => everyDigit(kilograms),
            },
          ]}
          note={factor.derived_from_co2e ? t.factors.derived : t.factors.gases}
        />
      )}
      <h3>{t.factors.source}</h3>
      <dl className="facts">
        {[
          [t.factors.publication, publication.title],
          [t.factors.publisher, publication.publisher],
          [t.factors.edition, publication.edition],
          [t.factors.place, [source.table, source.row].filter(Boolean).join(', ')],
          [t.factors.licence, publication.licence],
        ].map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="links">
        <a href={publication.url} rel="noreferrer" target="_blank">
          {t.factors.toSource}
        </a>
        <a href={publication.licence_url} rel="noreferrer" target="_blank">
          {t.factors.toLicence}
        </a>
        <Link to="/carbon" search={{ factor: factor.id } as never}>
          {t.factors.toInventory}
        </Link>
      </p>
      <p className="dimmed">{publication.attribution}</p>
    </>
  );
}
