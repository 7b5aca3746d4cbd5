/** The records of a stream as they stand, page by page from the server, in one long virtual table. */
import { Button, TextInput } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { type FormEvent, useCallback, useMemo, useState } from 'react';
import { type RecordRow, type Stream, useRecords, useStreams } from '../api/queries.ts';
import { useAddress, useSetAddress } from '../app/address.ts';
import { type Column, DataTable } from '../components/DataTable.tsx';
import { RecordKey } from '../components/Figure.tsx';
import { Empty, PageHead, Section, Shown } from '../components/Page.tsx';
import { everyDigit, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';

export function Records() {
  const name = String(useParams({ strict: false }).stream);
  const streams = useStreams();
  const stream = streams.data?.streams.find((one) => one.name === name);
  return (
    <>
      <PageHead title={t.records.title} note={t.records.note} />
      <nav aria-label={t.records.stream} className="tabs">
        {streams.data?.streams.map((one) => (
          <Link
            key={one.name}
            to="/records/$stream"
            params={{ stream: one.name }}
            aria-current={one.name === name ? 'page' : undefined}
          >
            {one.title}
          </Link>
        ))}
      </nav>
      <Shown of={streams} height={400}>
        {() => stream && <StreamRecords key={name} stream={stream} />}
      </Shown>
    </>
  );
}

/** Parameter of the address that holds a column of the key. */
const keyParameter = (column: string) => `key_${column}`;

function StreamRecords({ stream }: { stream: Stream }) {
  const address = useAddress();
  const given = Object.fromEntries(
    stream.key.flatMap((name) => {
      const value = address[keyParameter(name)];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
  const key = Object.keys(given).length === stream.key.length ? given : null;
  const records = useRecords(stream.name, key);
  const rows = records.data?.pages.flatMap((page) => page.rows);
  const first = records.data?.pages[0]?.rows;
  const columns = useMemo(() => columnsOf(stream, first ?? []), [stream, first]);
  const { hasNextPage, isFetching, fetchNextPage } = records;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <Section title={stream.title} actions={<FindByKey stream={stream} given={given} />}>
      <Shown of={{ data: rows, error: records.error, refetch: records.refetch }} height={400}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={key ? t.records.notFound : t.records.emptyTitle}>{t.records.emptyText}</Empty>
          ) : (
            <DataTable
              caption={stream.title}
              columns={columns}
              rows={all}
              rowKey={(row) => `${row.origin_seq}.${row.origin_row}`}
              onEnd={more}
              note={hasNextPage ? t.common.rowsSoFar(all.length) : t.common.rows(all.length)}
              heightMax={680}
            />
          )
        }
      </Shown>
    </Section>
  );
}

function FindByKey({ stream, given }: { stream: Stream; given: Record<string, string> }) {
  const setAddress = useSetAddress();
  const [typed, setTyped] = useState(given);
  const set = (values: Record<string, string>) =>
    setAddress(Object.fromEntries(stream.key.map((name) => [keyParameter(name), values[name]?.trim() || undefined])));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set(typed);
  };
  const isWhole = stream.key.every((name) => (typed[name] ?? '').trim() !== '');
  return (
    <form onSubmit={submit} className="controls">
      {stream.key.map((name) => (
        <TextInput
          key={name}
          label={`${t.records.key}: ${name.replaceAll('_', ' ')}`}
          value={typed[name] ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setTyped((old) => ({ ...old, [name]: value }));
          }}
        />
      ))}
      <Button type="submit" variant="light" disabled={!isWhole}>
        {t.records.find}
      </Button>
      {Object.keys(given).length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            setTyped({});
            set({});
          }}
        >
          {t.records.clear}
        </Button>
      )}
    </form>
  );
}

const NUMERIC = new Set(['decimal', 'integer', 'cents']);

/** Columns of the key, and those that hold something in the first page; then where the row was stated. */
function columnsOf(stream: Stream, first: readonly RecordRow[]): Column<RecordRow>[] {
  const isFilled = (name: string) => first.some((row) => !isEmpty(row[name]));
  const shown = stream.columns.filter(({ name, key }) => key || isFilled(name));
  const attributes = [
    ...new Set(first.flatMap(({ attributes: own }) => Object.keys((own as object | undefined) ?? {}))),
  ];
  return [
    ...shown.map(({ name, type }, index): Column<RecordRow> => {
      const numeric = NUMERIC.has(type);
      return {
        key: name,
        label: name.replaceAll('_', ' '),
        head: index === 0,
        numeric,
        text: (row) => textOf(row[name]),
        cell: (row) => {
          const text = textOf(row[name]);
          if (index === 0) return <RecordKey text={text || t.common.none} of={refOf(stream, row)} />;
          return numeric && text !== '' ? (type === 'decimal' ? everyDigit(text) : whole(text)) : text;
        },
      };
    }),
    ...attributes.map(
      (name): Column<RecordRow> => ({
        key: `attributes.${name}`,
        label: `attributes.${name}`,
        text: (row) => textOf((row.attributes as Record<string, unknown> | undefined)?.[name]),
      }),
    ),
    { key: 'source', label: t.records.source, text: ({ source }) => source },
    {
      key: 'origin',
      label: t.records.origin,
      numeric: true,
      text: ({ origin_seq, origin_row }) => `${origin_seq}, ${origin_row}`,
      cell: ({ origin_seq, origin_row }) => (
        <Link to="/journal/$seq" params={{ seq: origin_seq }}>
          {whole(origin_seq)}, {whole(origin_row)}
        </Link>
      ),
    },
  ];
}

/** Line items lead on to what they moved, other records to where they were stated. */
function refOf(stream: Stream, row: RecordRow): string {
  return typeof row.ref === 'string' ? row.ref : `record/${stream.name}/${row.origin_seq}.${row.origin_row}`;
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

/** Instants at midnight are days. */
function textOf(value: unknown): string {
  if (isEmpty(value)) return '';
  return String(value).replace(/ 00:00:00\.000$/, '');
}
