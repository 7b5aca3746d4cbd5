/** Files: a new one, those that were imported, and templates to begin with. */
import { Badge, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { download } from '../api/client.ts';
import { type Import, useImports, useStreams } from '../api/queries.ts';
import { useAsOf } from '../app/address.ts';
import { type Column, DataTable } from '../components/DataTable.tsx';
import { Empty, PageHead, Section, Shown } from '../components/Page.tsx';
import { instant } from '../format/dates.ts';
import { bytes, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { NewImport } from './imports/NewImport.tsx';

export function Imports() {
  return (
    <>
      <PageHead title={t.imports.title}>
        <Link to="/sources">{t.sources.title}</Link>
        <Link to="/exports">{t.exports.title}</Link>
      </PageHead>
      <NewImport />
      <History />
      <Templates />
    </>
  );
}

const counted = (key: keyof NonNullable<Import['counts']>, label: string): Column<Import> => ({
  key,
  label,
  numeric: true,
  text: ({ counts }) => (counts ? String(counts[key]) : ''),
  cell: ({ counts }) => (counts ? whole(counts[key]) : '…'),
});

const COLUMNS: readonly Column<Import>[] = [
  {
    key: 'file',
    label: t.imports.file,
    head: true,
    text: ({ file_name }) => file_name,
    cell: ({ seq, file_name }) => (
      <Link to="/imports/$seq" params={{ seq: String(seq) }}>
        {file_name}
      </Link>
    ),
  },
  { key: 'stream', label: t.imports.stream, text: ({ stream }) => stream.replaceAll('_', ' ') },
  {
    key: 'state',
    label: t.imports.state,
    text: ({ state }) => t.imports.states[state] ?? state,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  counted('rows', t.imports.rows),
  counted('accepted', t.imports.accepted),
  {
    ...counted('rejected', t.imports.rejected),
    cell: ({ seq, counts }) =>
      counts && counts.rejected > 0 ? (
        <Link to="/imports/$seq" params={{ seq: String(seq) }} className="bad">
          {whole(counts.rejected)}
        </Link>
      ) : (
        (counts?.rejected ?? '…')
      ),
  },
  counted('superseded', t.imports.superseded),
  {
    key: 'size',
    label: t.imports.size,
    numeric: true,
    text: (row) => String(row.bytes),
    cell: (row) => bytes(row.bytes),
  },
  { key: 'source', label: t.imports.source, text: ({ source }) => source },
  {
    key: 'when',
    label: t.imports.when,
    text: ({ recorded_at }) => recorded_at,
    cell: ({ recorded_at }) => instant(recorded_at),
  },
  {
    key: 'seq',
    label: t.imports.entry,
    numeric: true,
    text: ({ seq }) => String(seq),
    cell: ({ seq }) => (
      <Link to="/journal/$seq" params={{ seq: String(seq) }}>
        {whole(seq)}
      </Link>
    ),
  },
];

export function StateBadge({ state }: { state: Import['state'] }) {
  const color = state === 'posted' ? 'ledger' : state === 'failed' ? 'red' : 'gray';
  return (
    <Badge variant="light" color={color} className="badge">
      {t.imports.states[state]}
    </Badge>
  );
}

function History() {
  const asOf = useAsOf();
  const imports = useImports();
  const rows = imports.data?.pages
    .flatMap((page) => page.imports)
    .filter(({ seq }) => asOf === undefined || seq <= asOf);
  return (
    <Section title={t.imports.history} note={t.imports.historyNote}>
      <Shown of={{ data: rows, error: imports.error, refetch: imports.refetch }} height={240}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t.imports.emptyTitle}>{t.imports.emptyText}</Empty>
          ) : (
            <>
              <DataTable
                caption={t.imports.history}
                columns={COLUMNS}
                rows={all}
                rowKey={({ seq }) => String(seq)}
                heightMax={420}
              />
              {imports.hasNextPage && (
                <Button mt="xs" variant="light" onClick={() => void imports.fetchNextPage()}>
                  {t.common.showMore}
                </Button>
              )}
            </>
          )
        }
      </Shown>
    </Section>
  );
}

function Templates() {
  const streams = useStreams();
  return (
    <Section title={t.imports.templates} note={t.imports.templatesNote}>
      <Shown of={streams} height={40}>
        {(data) => (
          <div className="links">
            {data.streams.map(({ name, title }) => (
              <button
                key={name}
                type="button"
                className="link"
                aria-label={t.imports.template(`${name}.csv`, title)}
                onClick={() => void download(`/api/streams/${name}/template.csv`, `${name}.csv`)}
              >
                {name}.csv
              </button>
            ))}
          </div>
        )}
      </Shown>
    </Section>
  );
}
