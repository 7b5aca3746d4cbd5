/** What was decided, to be taken back. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { asOfPart, readAgain } from '../../api/queries.ts';
import type { paths } from '../../api/schema.d.ts';
import { useAsOf } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { instant } from '../../format/dates.ts';
import { t } from '../../texts.ts';

type Choice = paths['/api/carbon/decisions']['get']['responses'][200]['content']['application/json']['choices'][number];

export function Decisions() {
  const asOf = useAsOf();
  const [error, setError] = useState<unknown>(null);
  const decisions = useQuery({
    queryKey: ['decisions', asOf],
    queryFn: () => dataOf(api.GET('/api/carbon/decisions', { params: { query: asOfPart(asOf) } })),
  });
  const takeBack = async (id: string) => {
    setError(null);
    try {
      await api.DELETE('/api/carbon/decisions/{id}', { params: { path: { id } } });
      readAgain();
    } catch (problem) {
      setError(problem);
    }
  };
  const choices = decisions.data?.choices ?? [];
  if (choices.length === 0) return null;
  const columns: Column<Choice>[] = [
    {
      key: 'when',
      label: t.held.activity,
      head: true,
      text: ({ when }) => when.map(({ values }) => values.join(' / ')).join(', '),
    },
    { key: 'factor', label: t.queue.candidate, text: ({ family, factor }) => family ?? factor ?? t.queue.leftOut },
    { key: 'who', label: t.journal.who, text: ({ actor }) => actor },
    {
      key: 'when-recorded',
      label: t.journal.when,
      text: ({ recorded_at }) => recorded_at,
      cell: ({ recorded_at }) => instant(recorded_at),
    },
    {
      key: 'undo',
      label: '',
      text: () => '',
      cell: ({ id, when }) => (
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={asOf !== undefined}
          aria-label={`${t.queue.takeBack}: ${when[0]?.values.join(' / ')}`}
          onClick={() => void takeBack(id)}
        >
          {t.queue.takeBack}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t.queue.decisions}>
      {error !== null && <Problem error={error} />}
      <DataTable caption={t.queue.decisions} columns={columns} rows={choices} rowKey={({ id }) => id} heightMax={320} />
    </Section>
  );
}
