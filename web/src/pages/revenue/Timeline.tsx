/** Subscriptions over time as bars, one row each; every step of them as a table, which says the same without a picture. */
import type { Subscription } from '../../api/revenue.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { customerMrrRef } from '../../explain/refs.ts';
import { day } from '../../format/dates.ts';
import { amountOfCents, money } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

interface Bar {
  /** Milliseconds. */
  start: number;
  end: number;
  plan: string;
  mrr: string;
  currency: string;
}

interface Step {
  subscription: Subscription;
  change: Subscription['changes'][number];
  /** What the customer paid at the end of that day, and of the day before. */
  ref: string;
  refBefore: string;
}

interface Props {
  /** Data source and key of the customer. */
  source: string;
  customer: string;
  subscriptions: readonly Subscription[];
  until: string;
}

export function Timeline({ source, customer, subscriptions, until }: Props) {
  const end = Date.parse(`${until}T23:59:59Z`);
  const rows = subscriptions.map((subscription) => ({ subscription, bars: barsOf(subscription, end) }));
  const begin = Math.min(...subscriptions.map(({ start }) => Date.parse(start)));
  const span = Math.max(end - begin, 1);
  const place = (at: number) => `${((at - begin) / span) * 100}%`;
  const years = yearsBetween(begin, end);
  const steps: Step[] = subscriptions
    .flatMap((subscription) =>
      subscription.changes.map((change): Step => {
        const currency = change.currency || subscription.currency;
        const at = (until: string) => customerMrrRef({ source, external_id: customer, currency, until });
        const dayBefore = iso(Date.parse(change.at) - DAY_MS);
        return { subscription, change, ref: at(change.at.slice(0, 10)), refBefore: at(dayBefore) };
      }),
    )
    .toSorted((a, b) => (a.change.at < b.change.at ? 1 : -1));
  return (
    <>
      <div className="timeline" aria-hidden="true">
        <div className="timeline-years">
          {years.map((year) => (
            <span key={year} style={{ left: place(Date.UTC(year, 0, 1)) }}>
              {year}
            </span>
          ))}
        </div>
        {rows.map(({ subscription, bars }) => (
          <div key={`${subscription.source}/${subscription.external_id}`} className="timeline-row">
            <span className="timeline-name" title={subscription.external_id}>
              {subscription.external_id}
            </span>
            <span className="timeline-track">
              {bars.map((bar) => (
                <span
                  key={bar.start}
                  className="timeline-bar"
                  style={{ left: place(bar.start), width: `${((bar.end - bar.start) / span) * 100}%` }}
                  title={`${bar.plan}: ${money(bar.mrr, bar.currency)} ${bar.currency}, ${day(iso(bar.start))} – ${day(iso(bar.end))}`}
                >
                  {money(bar.mrr, bar.currency)}
                </span>
              ))}
            </span>
          </div>
        ))}
      </div>
      <DataTable
        caption={t.customers.steps}
        columns={STEPS}
        rows={steps}
        rowKey={({ subscription, change }) =>
          `${subscription.source}/${subscription.external_id}/${change.at}/${change.plan}`
        }
        heightMax={320}
      />
    </>
  );
}

const DAY_MS = 86_400_000;
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

/** From each step to the next, where something was paid. */
function barsOf({ changes, currency }: Subscription, end: number): Bar[] {
  return changes.flatMap((change, index): Bar[] => {
    if (change.mrr_after === '0') return [];
    const next = changes[index + 1];
    const until = next ? Date.parse(next.at) : end;
    const start = Date.parse(change.at);
    return until <= start
      ? []
      : [{ start, end: until, plan: change.plan, mrr: change.mrr_after, currency: change.currency || currency }];
  });
}

function yearsBetween(begin: number, end: number): number[] {
  const first = new Date(begin).getUTCFullYear() + 1;
  const last = new Date(end).getUTCFullYear();
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

const STEPS: readonly Column<Step>[] = [
  {
    key: 'at',
    label: t.movements.date,
    head: true,
    text: ({ change }) => change.at,
    cell: ({ change }) => day(change.at.slice(0, 10)),
  },
  { key: 'subscription', label: t.customers.subscription, text: ({ subscription }) => subscription.external_id },
  { key: 'plan', label: t.customers.plan, text: ({ change }) => change.plan },
  {
    key: 'before',
    label: t.customers.mrrBefore,
    numeric: true,
    text: ({ change }) => amountOfCents(change.mrr_before, change.currency),
    cell: ({ change, refBefore, subscription }) => (
      <Figure
        text={money(change.mrr_before, change.currency)}
        of={refBefore}
        label={`${t.customers.mrrBefore}, ${subscription.external_id}`}
      />
    ),
  },
  {
    key: 'after',
    label: t.customers.mrrAfter,
    numeric: true,
    text: ({ change }) => amountOfCents(change.mrr_after, change.currency),
    cell: ({ change, ref, subscription }) => (
      <>
        <Figure
          text={money(change.mrr_after, change.currency)}
          of={ref}
          label={`${t.customers.mrrAfter}, ${subscription.external_id}`}
        />{' '}
        <span className="unit">{change.currency}</span>
      </>
    ),
  },
];
