/** Rules that decide on factors: those in force, and a form for another one that shows its effect before it is stated. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { type Answer, asOfPart, readAgain } from '../../api/queries.ts';
import { useAsOf } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { instant } from '../../format/dates.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { NewRule } from './NewRule.tsx';

type Rule = Answer<'/api/carbon/rules'>['choices'][number];

export function Rules() {
  const asOf = useAsOf();
  const [error, setError] = useState<unknown>(null);
  const rules = useQuery({
    queryKey: ['rules', asOf],
    queryFn: () => dataOf(api.GET('/api/carbon/rules', { params: { query: { limit: 1000, ...asOfPart(asOf) } } })),
  });
  const takeBack = async (id: string) => {
    setError(null);
    try {
      await api.DELETE('/api/carbon/rules/{id}', { params: { path: { id } } });
      readAgain();
    } catch (problem) {
      setError(problem);
    }
  };
  const columns: Column<Rule>[] = [
    ...COLUMNS,
    {
      key: 'undo',
      label: '',
      text: () => '',
      cell: ({ id, rule }) => (
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={asOf !== undefined}
          aria-label={`${t.rules.takeBack}: ${rule}`}
          onClick={() => void takeBack(id)}
        >
          {t.rules.takeBack}
        </Button>
      ),
    },
  ];
  return (
    <>
      <CarbonHead title={t.rules.title} note={t.rules.note} />
      <Shown of={rules} height={160}>
        {({ choices, total }) => (
          <Section title={t.rules.inForce(total)}>
            {error !== null && <Problem error={error} />}
            {choices.length === 0 ? (
              <Empty title={t.rules.emptyTitle}>{t.rules.emptyText}</Empty>
            ) : (
              <DataTable
                caption={t.rules.title}
                columns={columns}
                rows={choices}
                rowKey={({ id }) => id}
                more={choices.length < total}
              />
            )}
          </Section>
        )}
      </Shown>
      {asOf === undefined && <NewRule />}
    </>
  );
}

const conditionsOf = ({ when }: Rule): string =>
  when
    .map(
      ({ field, op, values }) =>
        `${t.rules.fields[field] ?? field.replace('attributes.', `${t.rules.attribute} `)} ${t.rules.ops[op] ?? op} ${values.join(', ')}`,
    )
    .join('; ');

const yearsOf = ({ first_year, last_year }: Rule): string =>
  first_year === null && last_year === null ? t.rules.allYears : `${first_year ?? '…'} – ${last_year ?? '…'}`;

const COLUMNS: readonly Column<Rule>[] = [
  { key: 'rule', label: t.rules.name, head: true, text: ({ rule }) => rule ?? '' },
  {
    key: 'when',
    label: t.rules.when,
    text: conditionsOf,
    cell: (rule) => <span className="wrap">{conditionsOf(rule)}</span>,
  },
  {
    key: 'then',
    label: t.rules.uses,
    text: ({ family, factor }) => family ?? factor ?? t.rules.leftOut,
    cell: ({ family, factor }) => <span className="wrap">{family ?? factor ?? t.rules.leftOut}</span>,
  },
  { key: 'years', label: t.rules.years, text: yearsOf },
  { key: 'priority', label: t.rules.priority, numeric: true, text: ({ priority }) => String(priority) },
  {
    key: 'why',
    label: t.rules.reason,
    text: ({ reason }) => reason,
    cell: ({ reason }) => <span className="wrap">{reason}</span>,
  },
  { key: 'who', label: t.journal.who, text: ({ actor }) => actor },
  {
    key: 'at',
    label: t.journal.when,
    text: ({ recorded_at }) => recorded_at,
    cell: ({ recorded_at }) => instant(recorded_at),
  },
];
