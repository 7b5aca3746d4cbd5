/** The catalogue of emission factors in force: searched by words and by what they are for, each with gases and source. */
import { CloseButton, NativeSelect } from '@mantine/core';
import { useCallback } from 'react';
import { type FactorBrief, type FactorQuery, useFactors } from '../../api/carbon.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { TypedField } from '../../components/TypedField.tsx';
import { everyDigit, readable } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { FactorDetail } from './FactorDetail.tsx';
import { nameOf } from './names.ts';

const SCOPES = ['1', '2', '3', 'outside'] as const;

export function Factors() {
  const setAddress = useSetAddress();
  const chosen = useParameter('id');
  const words = useParameter('q') ?? '';
  const askedScope = useParameter('factor_scope');
  const scope = SCOPES.find((one) => one === askedScope);
  const region = useParameter('factor_region') ?? '';
  const unit = useParameter('factor_unit') ?? '';
  const release = useParameter('factor_release') ?? '';
  const query: FactorQuery = {
    ...(words ? { q: words } : {}),
    ...(scope ? { scope } : {}),
    ...(region ? { region } : {}),
    ...(unit ? { unit } : {}),
    ...(release ? { release } : {}),
  };
  const factors = useFactors(query);
  const rows = factors.data?.pages.flatMap((page) => page.factors);
  const total = factors.data?.pages[0]?.total ?? 0;
  const { hasNextPage, isFetching, fetchNextPage } = factors;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <CarbonHead title={t.factors.title} note={t.factors.note} />
      <div className="filters no-print">
        <TypedField label={t.factors.words} name="q" clears={['id']} wide />
        <NativeSelect
          label={t.carbon.dimensions.scope}
          value={scope ?? ''}
          data={[
            { value: '', label: t.carbon.all },
            ...SCOPES.map((value) => ({ value, label: t.carbon.scopes[value]! })),
          ]}
          onChange={(event) => setAddress({ factor_scope: event.currentTarget.value || undefined })}
        />
        <TypedField label={t.carbon.dimensions.region!} name="factor_region" />
        <TypedField label={t.factors.unit} name="factor_unit" />
        <TypedField label={t.carbon.dimensions.release!} name="factor_release" />
      </div>
      <div className={chosen ? 'with-detail' : undefined}>
        <Section title={t.factors.found(total)}>
          <Shown of={{ data: rows, error: factors.error, refetch: factors.refetch }} height={480}>
            {(all) =>
              all.length === 0 ? (
                <Empty title={t.factors.emptyTitle}>{t.factors.emptyText}</Empty>
              ) : (
                <DataTable
                  caption={t.factors.title}
                  columns={columnsOf((id) => setAddress({ id }), chosen)}
                  rows={all}
                  rowKey={({ id }) => id}
                  onEnd={more}
                  more={hasNextPage}
                  note={hasNextPage ? t.common.rowsSoFar(all.length) : t.common.rows(all.length)}
                  heightMax={680}
                />
              )
            }
          </Shown>
        </Section>
        {chosen && (
          <Section
            title={t.factors.one}
            actions={<CloseButton aria-label={t.common.close} onClick={() => setAddress({ id: undefined })} />}
          >
            <FactorDetail id={chosen} />
          </Section>
        )}
      </div>
    </>
  );
}

/** The set of potentials that the list shows; a factor's own page has all of them. */
const SHOWN_UNDER = 'AR5';

const briefly = (kilograms: string | null) =>
  kilograms === null ? '–' : <span title={everyDigit(kilograms)}>{readable(kilograms)}</span>;

function columnsOf(onChoose: (id: string) => void, chosen: string | undefined): Column<FactorBrief>[] {
  return [
    {
      key: 'family',
      label: t.factors.name,
      head: true,
      text: ({ family }) => family,
      cell: ({ id, family }) => (
        <button type="button" className="link" aria-pressed={id === chosen} title={family} onClick={() => onChoose(id)}>
          {family}
        </button>
      ),
    },
    {
      key: 'co2e',
      label: t.factors.perUnit,
      unit: t.factors.kgUnder(SHOWN_UNDER),
      numeric: true,
      text: ({ co2e_kg }) => co2e_kg[SHOWN_UNDER] ?? '',
      cell: ({ co2e_kg }) => briefly(co2e_kg[SHOWN_UNDER] ?? null),
    },
    { key: 'unit', label: t.factors.unit, text: ({ unit }) => unit },
    { key: 'region', label: t.carbon.dimensions.region!, text: ({ region }) => region },
    {
      key: 'scope',
      label: t.carbon.dimensions.scope!,
      text: ({ scope, category }) =>
        [t.carbon.scopesShort[scope] ?? scope, category === null ? '' : nameOf('category', String(category))]
          .filter(Boolean)
          .join(', '),
    },
    {
      key: 'valid',
      label: t.factors.year,
      text: ({ valid_from }) => valid_from.slice(0, 4),
    },
    // Beside an open factor there is less room.
    ...(chosen === undefined
      ? [{ key: 'release', label: t.carbon.dimensions.release!, text: ({ release }: FactorBrief) => release }]
      : []),
  ];
}
