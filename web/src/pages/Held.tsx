/** Activities that are in no total, in groups of like ones, with what to do about each. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type Held as HeldGroup, useHeld } from '../api/queries.ts';
import { type Column, DataTable } from '../components/DataTable.tsx';
import { Figure } from '../components/Figure.tsx';
import { Empty, PageHead, Section, Shown } from '../components/Page.tsx';
import { amount, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { nameOf } from './carbon/names.ts';
import { Decisions } from './held/Decisions.tsx';
import { Queue } from './held/Queue.tsx';

const COLUMNS: readonly Column<HeldGroup>[] = [
  {
    key: 'activity',
    label: t.held.activity,
    head: true,
    text: ({ activity }) => activity || t.carbon.unnamed,
    cell: ({ activity }) => <span className="wrap">{activity || t.carbon.unnamed}</span>,
  },
  {
    key: 'country',
    label: t.held.country,
    text: ({ country, region }) => [country, region].filter(Boolean).join(', '),
    cell: ({ country, region }) => [country && nameOf('country', country), region].filter(Boolean).join(', '),
  },
  {
    key: 'lines',
    label: t.held.lines,
    numeric: true,
    text: ({ lines }) => String(lines),
    cell: ({ lines, ref, activity }) => <Figure text={whole(lines)} of={ref} label={activity || t.carbon.unnamed} />,
  },
  {
    key: 'quantity',
    label: t.held.quantity,
    numeric: true,
    text: ({ quantity, unit }) => (quantity === null ? '' : `${quantity} ${unit}`),
    cell: ({ quantity, unit }) => <Measure text={quantity} unit={unit} />,
  },
  {
    key: 'amount',
    label: t.held.amount,
    numeric: true,
    text: ({ amount: text, currency }) => (text === null ? '' : `${text} ${currency}`),
    cell: ({ amount: text, currency }) => <Measure text={text} unit={currency} />,
  },
  {
    key: 'why',
    label: t.held.whyAndWhat,
    text: ({ words, detail, reason }) => `${words}: ${detail}. ${remedyOf(reason)}`,
    cell: ({ words, detail, activity, reason }) => (
      <span className="wrap">
        {words}
        {detail !== '' && detail !== activity && ` (${detail})`}.<br />
        <span className="dimmed">{remedyOf(reason)}</span>
      </span>
    ),
  },
];

const remedyOf = (reason: string): string => t.held.remedies[reason] ?? t.held.remedyOther;

export function Held() {
  const held = useHeld();
  const groups = held.data?.pages.flatMap((page) => page.groups);
  const total = held.data?.pages[0]?.total ?? 0;
  return (
    <>
      <PageHead title={t.held.title} note={t.held.note}>
        <Button component={Link} to="/imports" variant="light">
          {t.imports.newTitle}
        </Button>
      </PageHead>
      <Queue />
      <Section title={t.held.summary(total)}>
        <Shown of={{ data: groups, error: held.error, refetch: held.refetch }} height={300}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title={t.held.emptyTitle}>{t.held.emptyText}</Empty>
            ) : (
              <DataTable
                caption={t.held.title}
                columns={COLUMNS}
                rows={rows}
                rowKey={(row) => JSON.stringify(row)}
                stack
                onEnd={held.hasNextPage && !held.isFetching ? () => void held.fetchNextPage() : undefined}
              />
            )
          }
        </Shown>
      </Section>
      <Decisions />
    </>
  );
}

function Measure({ text, unit }: { text: string | null; unit: string }) {
  if (text === null) return null;
  return (
    <>
      {amount(text)} <span className="unit">{unit}</span>
    </>
  );
}
