/** Exchange rates: which pairs there are, the rates of one, and a form that states one more. */
import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { type Answer, asOfPart, queryClient, readAgain } from '../../api/queries.ts';
import { useAsOf } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { day } from '../../format/dates.ts';
import { everyDigit, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

type Pair = Answer<'/api/rates'>['pairs'][number];
type Rate = Answer<'/api/rates/list'>['rates'][number];

export function Rates() {
  const asOf = useAsOf();
  const [shown, setShown] = useState<Pair | null>(null);
  const rates = useQuery({
    queryKey: ['rates', asOf],
    queryFn: () => dataOf(api.GET('/api/rates', { params: { query: asOfPart(asOf) } })),
  });
  const columns: Column<Pair>[] = [
    { key: 'pair', label: t.rates.pair, head: true, text: ({ base, quote }) => `${base} → ${quote}` },
    {
      key: 'rates',
      label: t.rates.days,
      numeric: true,
      text: ({ rates: days }) => String(days),
      cell: ({ rates: days }) => whole(days),
    },
    { key: 'first', label: t.common.from, text: ({ first }) => first, cell: ({ first }) => day(first) },
    { key: 'last', label: t.common.to, text: ({ last }) => last, cell: ({ last }) => day(last) },
    {
      key: 'show',
      label: '',
      text: () => '',
      cell: (pair) => (
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={`${t.rates.show}: ${pair.base} → ${pair.quote}`}
          onClick={() => setShown(pair)}
        >
          {t.rates.show}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t.rates.title} note={t.rates.note}>
      <Shown of={rates} height={120}>
        {({ pairs }) =>
          pairs.length === 0 ? (
            <p className="dimmed">{t.rates.none}</p>
          ) : (
            <DataTable
              caption={t.rates.title}
              columns={columns}
              rows={pairs}
              rowKey={({ base, quote }) => base + quote}
              heightMax={300}
            />
          )
        }
      </Shown>
      {shown && <PairRates key={shown.base + shown.quote} pair={shown} />}
      {asOf === undefined && <NewRate />}
    </Section>
  );
}

const RATES_PER_PAGE = 100;

function PairRates({ pair: { base, quote } }: { pair: Pair }) {
  const asOf = useAsOf();
  const list = useInfiniteQuery({
    queryKey: ['rates list', base, quote, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/rates/list', {
          params: {
            query: {
              base,
              quote,
              limit: RATES_PER_PAGE,
              ...asOfPart(asOf),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  const rows = list.data?.pages.flatMap((page) => page.rates);
  return (
    <Shown of={{ data: rows, error: list.error, refetch: list.refetch }} height={160}>
      {(all) => (
        <DataTable
          caption={`${base} → ${quote}`}
          columns={RATE_COLUMNS}
          rows={all}
          rowKey={({ date, source }) => `${date} ${source}`}
          note={`${base} → ${quote}`}
          more={list.hasNextPage}
          onEnd={list.hasNextPage && !list.isFetching ? () => void list.fetchNextPage() : undefined}
          heightMax={260}
        />
      )}
    </Shown>
  );
}

const RATE_COLUMNS: readonly Column<Rate>[] = [
  { key: 'date', label: t.movements.date, head: true, text: ({ date }) => date, cell: ({ date }) => day(date) },
  { key: 'rate', label: t.rates.rate, numeric: true, text: ({ rate }) => rate, cell: ({ rate }) => everyDigit(rate) },
  { key: 'source', label: t.factors.source, text: ({ source }) => source },
  { key: 'seq', label: t.journal.entry, numeric: true, text: ({ seq }) => String(seq) },
];

const EMPTY = { date: '', base: '', quote: '', rate: '', source: '' };

/** What was typed stays until it is stated. */
function NewRate() {
  const [values, setValues] = useState(EMPTY);
  const [error, setError] = useState<unknown>(null);
  const [stated, setStated] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setStated(null);
    const { source, date, rate, ...pair } = values;
    const line = {
      date,
      rate: rate.trim(),
      base: pair.base.trim().toUpperCase(),
      quote: pair.quote.trim().toUpperCase(),
    };
    try {
      const answer = await dataOf(api.POST('/api/rates', { body: { source: source.trim(), rates: [line] } }));
      setStated(answer.seq);
      setValues((old) => ({ ...EMPTY, source: old.source }));
      readAgain();
      void queryClient.invalidateQueries({ queryKey: ['account'] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const field = (name: keyof typeof EMPTY, label: string, type = 'text') => (
    <TextInput
      label={label}
      type={type}
      required
      value={values[name]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setValues((old) => ({ ...old, [name]: value }));
      }}
    />
  );
  return (
    <form className="form-row" onSubmit={(event) => void submit(event)}>
      {field('date', t.movements.date, 'date')}
      {field('base', t.rates.base)}
      {field('quote', t.rates.quote)}
      {field('rate', t.rates.rateOf)}
      {field('source', t.rates.source)}
      <Button type="submit" variant="light" loading={busy}>
        {t.rates.state}
      </Button>
      {stated !== null && <span role="status">{t.imports.resubmittedState(stated)}</span>}
      {error !== null && <Problem error={error} />}
    </form>
  );
}
