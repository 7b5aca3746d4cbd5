/**
 * The matching queue, worked by single keys: like activities on the left, factors that may fit the chosen one on the right, with
 * what taking one would do to the total before it is taken.
 */
import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type QueueItem, useQueue } from '../../api/carbon.ts';
import { useAsOf } from '../../app/address.ts';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { amount, signedTonnes, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from '../carbon/names.ts';
import { Choice } from './Choice.tsx';
import { useQueueKeys } from './keys.ts';
import { defaultTarget, keyOf, type Target } from './target.ts';
import { type Deciding, useDeciding } from './useDeciding.ts';
import { usePlace } from './usePlace.ts';

const ORDERS = ['effect', 'lines', 'quantity', 'amount'] as const;
type Order = (typeof ORDERS)[number];

export function Queue() {
  const [order, setOrder] = useState<Order>('effect');
  const queue = useQueue(order);
  const deciding = useDeciding();
  const all = queue.data?.pages.flatMap(({ items }) => items);
  const total = queue.data?.pages[0]?.total ?? 0;
  const items = all?.filter((item) => !deciding.gone.has(keyOf(item)));
  if (all?.length === 0 && deciding.done.length === 0 && !deciding.busy) return null;
  return (
    <Section
      title={t.queue.title}
      note={t.queue.note}
      actions={
        <NativeSelect
          label={t.queue.order}
          value={order}
          data={ORDERS.map((value) => ({ value, label: t.queue.orders[value]! }))}
          onChange={(event) => setOrder(event.currentTarget.value as Order)}
        />
      }
    >
      <Shown of={{ data: items, error: queue.error, refetch: queue.refetch }} height={300}>
        {(open) => (
          <Work
            items={open}
            left={Math.max(open.length, total - deciding.gone.size)}
            deciding={deciding}
            {...(queue.hasNextPage ? { onMore: () => void queue.fetchNextPage() } : {})}
          />
        )}
      </Shown>
    </Section>
  );
}

interface WorkProps {
  items: readonly QueueItem[];
  left: number;
  deciding: Deciding;
  onMore?: () => void;
}

function Work({ items, left, deciding, onMore }: WorkProps) {
  const canDecide = useAsOf() === undefined;
  const { at, goTo, goToKey } = usePlace(items.map(keyOf));
  const [chosen, setChosen] = useState<Record<string, Target>>({});
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const current = items[at];
  const search = useRef<HTMLInputElement>(null);
  const targetOf = (item: QueueItem) => chosen[keyOf(item)] ?? defaultTarget(item);
  const inBulk = items.filter((item) => marked.has(keyOf(item)));
  const wanted = inBulk.length > 0 ? inBulk : current ? [current] : [];
  const choices = wanted.flatMap((item) => {
    const target = targetOf(item);
    return target ? [{ item, target }] : [];
  });
  /** What is done by hand, counted: a refusal that comes late takes nobody away from another group. */
  const acts = useRef(0);
  const step = (to: number) => {
    acts.current++;
    goTo(to);
  };
  const choose = (target: Target) => {
    if (!current) return;
    acts.current++;
    // In bulk, the factor that is chosen now is chosen for all that are marked.
    const keys = marked.has(keyOf(current)) ? inBulk.map(keyOf) : [keyOf(current)];
    setChosen((old) => ({ ...old, ...Object.fromEntries(keys.map((key) => [key, target])) }));
  };
  const mark = (item: QueueItem) =>
    setMarked((old) => {
      const next = new Set(old);
      if (!next.delete(keyOf(item))) next.add(keyOf(item));
      return next;
    });
  const undo = () => {
    const last = deciding.done.at(-1);
    if (!canDecide || !last) return;
    deciding.undo();
    goToKey(last.keys[0]!);
  };
  const confirm = () => {
    if (!canDecide || choices.length === 0) return;
    const since = ++acts.current;
    const first = keyOf(choices[0]!.item);
    deciding.decide(choices, () => {
      if (acts.current === since) goToKey(first);
    });
    setMarked(new Set());
  };
  useQueueKeys({
    move: (by) => step(at + by),
    pick: (number) => {
      const candidate = current?.candidates[number - 1];
      if (candidate) choose({ kind: 'family', family: candidate.family });
    },
    confirm,
    leaveOut: () => choose({ kind: 'left-out', reason: t.queue.leaveOutReason }),
    mark: () => {
      if (!current) return;
      mark(current);
      step(at + 1);
    },
    undo,
    search: () => search.current?.focus(),
  });
  return (
    <>
      <div className="queue">
        <div>
          <p className="dimmed" role="status">
            {deciding.busy ? t.queue.working(left) : t.queue.left(left)}
            {marked.size > 0 && ` ${t.queue.marked(marked.size)}`}
          </p>
          <Items items={items} at={at} marked={marked} targetOf={targetOf} onChoose={step} onMark={mark} />
          {onMore && (
            <Button variant="light" fullWidth mt={6} onClick={onMore}>
              {t.common.showMore}
            </Button>
          )}
        </div>
        {current ? (
          <Choice
            key={keyOf(current)}
            item={current}
            target={targetOf(current)}
            choices={choices}
            searchRef={search}
            canDecide={canDecide}
            onChoose={choose}
            onConfirm={confirm}
          />
        ) : (
          <p className="empty">{t.queue.allDone}</p>
        )}
      </div>
      {deciding.error !== null && <Problem error={deciding.error} />}
      {deciding.done.length > 0 && (
        <p role="status">
          {t.queue.decided(deciding.done.at(-1)!.label, deciding.done.length)}{' '}
          <Button variant="light" size="compact-xs" disabled={deciding.busy} onClick={undo}>
            {t.queue.undo} <kbd>u</kbd>
          </Button>
        </p>
      )}
      <p className="shortcuts dimmed no-print">
        {t.queue.shortcuts.map(([keys, words]) => (
          <span key={keys}>
            <kbd>{keys}</kbd> {words}
          </span>
        ))}
      </p>
    </>
  );
}

interface ItemsProps {
  items: readonly QueueItem[];
  at: number;
  marked: ReadonlySet<string>;
  targetOf: (item: QueueItem) => Target | undefined;
  onChoose: (index: number) => void;
  onMark: (item: QueueItem) => void;
}

function Items({ items, at, marked, targetOf, onChoose, onMark }: ItemsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Only the list itself is scrolled, never the page.
    const box = list.current;
    const option = box?.children[at] as HTMLElement | undefined;
    if (!box || !option) return;
    if (option.offsetTop < box.scrollTop) box.scrollTop = option.offsetTop;
    const below = option.offsetTop + option.offsetHeight - box.clientHeight;
    if (below > box.scrollTop) box.scrollTop = below;
  }, [at]);
  return (
    <div
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label={t.queue.list}
      aria-activedescendant={items.length > 0 ? `queue-${at}` : undefined}
      className="queue-items"
    >
      {items.map((item, index) => {
        const isMarked = marked.has(keyOf(item));
        const target = targetOf(item);
        return (
          // biome-ignore lint/a11y/useFocusableInteractive: the list keeps the focus and names the active option
          <div
            key={keyOf(item)}
            id={`queue-${index}`}
            role="option"
            aria-selected={index === at}
            className={isMarked ? 'queue-item queue-marked' : 'queue-item'}
            onClick={(event) => (event.ctrlKey || event.metaKey ? onMark(item) : onChoose(index))}
            onKeyDown={() => {}}
          >
            <span className="queue-name">
              {isMarked && <span className="queue-mark">✓ {t.queue.isMarked} </span>}
              {item.activity}
            </span>
            <span className="dimmed">
              {[
                item.country && nameOf('country', item.country),
                item.region,
                `${whole(item.lines)} ${t.overview.heldUnit(item.lines)}`,
                item.quantity === null ? null : `${amount(item.quantity)} ${item.unit}`,
                item.quantity !== null || item.amount === null ? null : `${amount(item.amount)} ${item.currency}`,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <span className="dimmed">
              {target === undefined
                ? t.queue.noCandidateShort
                : `→ ${[wordsOf(target), effectOf(item, target)].filter(Boolean).join(' · ')}`}
            </span>
          </div>
        );
      })}
    </div>
  );
}

const wordsOf = (target: Target): string =>
  target.kind === 'left-out' ? t.queue.leftOut : target.kind === 'family' ? target.family : target.name;

/** What it adds to the total, where that is known without asking. */
function effectOf({ candidates }: QueueItem, target: Target): string | undefined {
  const known = target.kind === 'family' ? candidates.find(({ family }) => family === target.family) : undefined;
  return known && `${signedTonnes(known.co2e_kg)} ${t.carbon.unit}`;
}
