/** Every table as a file. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf, download } from '../api/client.ts';
import type { Answer } from '../api/queries.ts';
import { useAsOf, useParameter, useSetAddress } from '../app/address.ts';
import { CopyButton } from '../components/CopyButton.tsx';
import { type Column, DataTable } from '../components/DataTable.tsx';
import { PageHead, Section, Shown } from '../components/Page.tsx';
import { Problem } from '../components/Problem.tsx';
import { t } from '../texts.ts';
import { MonthRange } from './revenue/RevenueHead.tsx';

type Table = Answer<'/api/export'>['tables'][number];

const FORMATS = ['csv', 'ndjson', 'parquet', 'xlsx'] as const;
const INTERVALS = ['day', 'week', 'month', 'quarter', 'year'] as const;
const BOOKS = ['revenue', 'carbon'] as const;

export function Exports() {
  const tables = useQuery({
    queryKey: ['export'],
    queryFn: () => dataOf(api.GET('/api/export')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <PageHead title={t.exports.title} note={t.exports.note} />
      <Options />
      <Shown of={tables} height={480}>
        {({ tables: all }) => (
          <>
            {BOOKS.map((book) => (
              <Tables key={book} title={t.exports.books[book]!} tables={all.filter((table) => table.book === book)} />
            ))}
          </>
        )}
      </Shown>
    </>
  );
}

/** What stands in the address is what the files hold. */
function useOptions() {
  const asOf = useAsOf();
  const asked = useParameter('format');
  const format = FORMATS.find((one) => one === asked) ?? 'csv';
  const given = {
    from: useParameter('from'),
    to: useParameter('to'),
    interval: useParameter('interval'),
    currency: useParameter('currency'),
    as_of: asOf === undefined ? undefined : String(asOf),
  };
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value);
  return { format, query, ...given };
}

function Options() {
  const setAddress = useSetAddress();
  const { format, from, to, interval, currency } = useOptions();
  return (
    <Section title={t.exports.options} note={t.exports.optionsNote}>
      <div className="form-row">
        <NativeSelect
          label={t.exports.format}
          value={format}
          data={FORMATS.map((value) => ({ value, label: t.exports.formats[value]! }))}
          onChange={(event) => setAddress({ format: event.currentTarget.value })}
        />
        <MonthRange from={from} to={to} />
        <NativeSelect
          label={t.exports.interval}
          value={interval ?? 'month'}
          data={INTERVALS.map((value) => ({ value, label: t.revenue.intervals[value] ?? value }))}
          onChange={(event) => setAddress({ interval: event.currentTarget.value })}
        />
        <TextInput
          label={t.exports.currency}
          placeholder={t.exports.ownCurrency}
          defaultValue={currency ?? ''}
          maxLength={3}
          onChange={(event) => {
            const code = event.currentTarget.value.trim().toUpperCase();
            if (code === '' || /^[A-Z]{3}$/.test(code)) setAddress({ currency: code || undefined }, { replace: true });
          }}
        />
      </div>
      <p className="dimmed">{t.exports.commandNote}</p>
    </Section>
  );
}

function Tables({ title, tables }: { title: string; tables: readonly Table[] }) {
  const columns: Column<Table>[] = [
    { key: 'title', label: t.exports.table, head: true, text: ({ title: name }) => name },
    { key: 'get', label: t.exports.file, text: ({ name }) => name, cell: (table) => <Get table={table} /> },
    {
      key: 'columns',
      label: t.exports.columns,
      text: ({ columns: held }) => held.map(({ name }) => name).join(', '),
      cell: ({ columns: held }) => (
        <details className="long-text">
          <summary>{t.exports.holds(held.length)}</summary>
          {held.map(({ name }) => name).join(', ')}
        </details>
      ),
    },
  ];
  return (
    <Section title={title}>
      <DataTable caption={title} columns={columns} rows={tables} rowKey={({ name }) => name} heightMax={900} />
    </Section>
  );
}

function Get({ table: { name, title } }: { table: Table }) {
  const { format, query, as_of } = useOptions();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const path = `/api/export/${name}?${query}`;
  const file = `${name}${as_of === undefined ? '' : `-${as_of}`}.${format}`;
  const get = async () => {
    setBusy(true);
    setError(null);
    setSaved(null);
    try {
      await download(path, file);
      setSaved(file);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="row-actions">
      <Button
        size="compact-xs"
        variant="light"
        loading={busy}
        aria-label={t.exports.downloadOf(title, t.exports.formats[format]!)}
        onClick={() => void get()}
      >
        {t.exports.download}
      </Button>
      <CopyButton
        text={() => `curl --fail -H "Authorization: Bearer $FOOTING_KEY" -o ${file} '${window.location.origin}${path}'`}
        label={t.exports.command}
      />
      <span role="status" className="dimmed">
        {saved !== null && t.exports.saved(saved)}
      </span>
      {error !== null && <Problem error={error} />}
    </div>
  );
}
