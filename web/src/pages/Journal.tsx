/** The journal: what was stated, in order, and whether it is whole. */
import { Button, NativeSelect } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { type EntrySummary, useJournal } from '../api/queries.ts';
import { useAsOf, useParameter, useSetAddress } from '../app/address.ts';
import { type Column, DataTable } from '../components/DataTable.tsx';
import { Empty, PageHead, Section, Shown } from '../components/Page.tsx';
import { instant } from '../format/dates.ts';
import { whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { Chain } from './journal/Chain.tsx';

const HASH_SHOWN_CHARACTERS = 12;

export function Journal() {
  const asOf = useAsOf();
  const setAddress = useSetAddress();
  const kind = useParameter('kind');
  const journal = useJournal(kind, asOf);
  const rows = journal.data?.pages.flatMap((page) => page.entries);
  const { hasNextPage, isFetching, fetchNextPage } = journal;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <PageHead title={t.journal.title} note={t.journal.note}>
        <NativeSelect
          label={t.journal.kind}
          value={kind ?? ''}
          data={[
            { value: '', label: t.journal.all },
            ...Object.entries(t.journal.kinds).map(([value, label]) => ({ value, label })),
          ]}
          onChange={(event) => setAddress({ kind: event.currentTarget.value || undefined })}
        />
      </PageHead>
      <Chain />
      <Section title={t.journal.entries}>
        <Shown of={{ data: rows, error: journal.error, refetch: journal.refetch }} height={400}>
          {(entries) =>
            entries.length === 0 ? (
              <Empty title={t.journal.emptyTitle} />
            ) : (
              <DataTable
                caption={t.journal.entries}
                columns={COLUMNS}
                rows={entries}
                rowKey={({ seq }) => String(seq)}
                onEnd={more}
                note={hasNextPage ? t.common.rowsSoFar(entries.length) : t.common.rows(entries.length)}
              />
            )
          }
        </Shown>
      </Section>
    </>
  );
}

const COLUMNS: readonly Column<EntrySummary>[] = [
  {
    key: 'seq',
    label: t.journal.entry,
    head: true,
    text: ({ seq }) => String(seq),
    cell: ({ seq }) => (
      <Link to="/journal/$seq" params={{ seq: String(seq) }}>
        {whole(seq)}
      </Link>
    ),
  },
  {
    key: 'kind',
    label: t.journal.kind,
    text: ({ kind }) => kind,
    cell: ({ kind }) => t.journal.kinds[kind] ?? kind,
  },
  {
    key: 'what',
    label: t.journal.about,
    text: ({ stream, file_name }) => file_name ?? stream ?? '',
  },
  {
    key: 'actor',
    label: t.journal.who,
    text: ({ actor }) => actor,
    cell: ({ actor, actor_name }) => <span title={actor}>{actor_name ?? actor}</span>,
  },
  {
    key: 'at',
    label: t.journal.when,
    text: ({ recorded_at }) => recorded_at,
    cell: ({ recorded_at }) => instant(recorded_at),
  },
  {
    key: 'evidence',
    label: t.journal.evidence,
    text: ({ evidence }) => evidence ?? '',
    cell: ({ evidence }) => evidence && <Hash of={evidence} />,
  },
  { key: 'hash', label: t.journal.hash, text: ({ hash }) => hash, cell: ({ hash }) => <Hash of={hash} /> },
  {
    key: 'as-of',
    label: '',
    text: () => '',
    cell: ({ seq }) => <ShowAsOf seq={seq} />,
  },
];

function ShowAsOf({ seq }: { seq: number }) {
  const setAddress = useSetAddress();
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      className="no-print"
      aria-label={`${t.journal.showAsOf}: ${seq}`}
      onClick={() => setAddress({ as_of: seq })}
    >
      {t.journal.asOf}
    </Button>
  );
}

function Hash({ of: hash }: { of: string }) {
  return (
    <span className="mono" title={hash}>
      {hash.slice(0, HASH_SHOWN_CHARACTERS)}…
    </span>
  );
}
