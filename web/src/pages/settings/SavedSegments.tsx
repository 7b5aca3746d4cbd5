/** Segments: filters under a name, used in the metrics, the cohorts and the list of customers. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { type Segment, useSegments } from '../../api/revenue.ts';
import { useAsOf } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { t } from '../../texts.ts';
import { conditionsOf, wordsOf } from '../revenue/conditions.ts';

export function SavedSegments() {
  const canState = useAsOf() === undefined;
  const segments = useSegments();
  const [error, setError] = useState<unknown>(null);
  const remove = async ({ id, name }: Segment) => {
    if (!window.confirm(t.segments.deleteSure(name))) return;
    setError(null);
    try {
      await api.DELETE('/api/segments/{segment}', { params: { path: { segment: id } } });
    } catch (problem) {
      setError(problem);
    }
    void queryClient.invalidateQueries({ queryKey: ['segments'] });
  };
  const columns: Column<Segment>[] = [
    {
      key: 'name',
      label: t.segments.title,
      head: true,
      text: ({ name }) => name,
      cell: ({ name, filters }) => (
        <Link to="/revenue/metrics" search={{ filters } as never}>
          {name}
        </Link>
      ),
    },
    {
      key: 'filters',
      label: t.segments.filters,
      text: ({ filters }) => filters,
      cell: ({ filters }) => <span className="wrap">{conditionsOf(filters).map(wordsOf).join('; ')}</span>,
    },
    {
      key: 'delete',
      label: '',
      text: () => '',
      cell: (segment) => (
        <Button
          variant="subtle"
          color="red"
          size="compact-xs"
          disabled={!canState}
          aria-label={`${t.segments.delete}: ${segment.name}`}
          onClick={() => void remove(segment)}
        >
          {t.segments.delete}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t.segments.title}>
      {error !== null && <Problem error={error} />}
      <Shown of={segments} height={80}>
        {({ segments: all }) =>
          all.length === 0 ? (
            <p className="dimmed">{t.segments.none}</p>
          ) : (
            <DataTable
              caption={t.segments.title}
              columns={columns}
              rows={all}
              rowKey={({ id }) => id}
              heightMax={300}
            />
          )
        }
      </Shown>
    </Section>
  );
}
