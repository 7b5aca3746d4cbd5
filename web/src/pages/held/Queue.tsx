/**
 * The matching queue: like activities with factors that may fit. A factor is chosen for as many as wanted, what that would do
 * to the total is shown, and only then it is decided. Every control is reached and worked by keyboard.
 */
import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { queryClient, readAgain } from '../../api/queries.ts';
import type { paths } from '../../api/schema.d.ts';
import { useAsOf } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { instant } from '../../format/dates.ts';
import { amount, percentOf, tonnes, tonnesOfKilograms, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

type Item = paths['/api/carbon/queue']['get']['responses'][200]['content']['application/json']['items'][number];
type Choice = paths['/api/carbon/decisions']['get']['responses'][200]['content']['application/json']['choices'][number];
type Answers = paths['/api/carbon/decisions']['post']['responses'];
type Preview = Answers[200]['content']['application/json'];

const ITEMS_SHOWN = 50;
const keyOf = (item: Item): string =>
  JSON.stringify([item.activity, item.unit, item.country, item.region, item.reason]);

export function Queue() {
  const asOf = useAsOf();
  const queue = useQuery({
    queryKey: ['queue', asOf],
    queryFn: () =>
      dataOf(
        api.GET('/api/carbon/queue', {
          params: { query: { limit: ITEMS_SHOWN, ...(asOf === undefined ? {} : { as_of: asOf }) } },
        }),
      ),
  });
  const items = queue.data?.items.filter(({ candidates }) => candidates.length > 0);
  if (items?.length === 0) return null;
  return (
    <Section title={t.queue.title} note={t.queue.note}>
      <Shown of={{ data: items, error: queue.error, refetch: queue.refetch }} height={160}>
        {(all) => <Decide items={all} canDecide={asOf === undefined} />}
      </Shown>
    </Section>
  );
}

function Decide({ items, canDecide }: { items: readonly Item[]; canDecide: boolean }) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [preview, setPreview] = useState<Preview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const wanted = items.filter((item) => chosen[keyOf(item)]);
  const send = async (isPreview: boolean) => {
    setBusy(true);
    setError(null);
    const decisions = wanted.map((item) => ({
      activity: item.activity,
      family: chosen[keyOf(item)]!,
      ...(item.country === '' ? {} : { country: item.country }),
      ...(item.unit === '' ? {} : { unit: item.unit }),
    }));
    try {
      const answer = await dataOf(api.POST('/api/carbon/decisions', { body: { decisions, preview: isPreview } }));
      if (isPreview) setPreview(answer as Preview);
      else {
        setChosen({});
        setPreview(null);
        readAgain();
        void queryClient.invalidateQueries({ queryKey: ['account'] });
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const choose = (item: Item, family: string) => {
    setPreview(null);
    setChosen((old) => ({ ...old, [keyOf(item)]: family }));
  };
  return (
    <>
      <DataTable caption={t.queue.title} columns={columnsOf(chosen, choose)} rows={items} rowKey={keyOf} />
      {error !== null && <Problem error={error} />}
      {preview && <Effect preview={preview} />}
      <div className="form-row">
        <Button variant="light" disabled={wanted.length === 0} loading={busy} onClick={() => void send(true)}>
          {t.queue.preview}
        </Button>
        <Button disabled={preview === null || !canDecide} loading={busy} onClick={() => void send(false)}>
          {t.queue.decide(wanted.length)}
        </Button>
        <span className="dimmed">{canDecide ? t.queue.first : t.queue.notThen}</span>
      </div>
    </>
  );
}

function Effect({ preview }: { preview: Preview }) {
  return (
    <p role="status">
      {t.queue.effect(
        tonnes(tonnesOfKilograms(preview.change_kg)),
        tonnes(tonnesOfKilograms(preview.before_kg)),
        tonnes(tonnesOfKilograms(preview.after_kg)),
        preview.lines,
      )}
      {preview.still_held.length > 0 && ` ${t.queue.stillHeld(preview.held_lines)}`}
    </p>
  );
}

function columnsOf(
  chosen: Record<string, string>,
  choose: (item: Item, family: string) => void,
): readonly Column<Item>[] {
  return [
    {
      key: 'activity',
      label: t.held.activity,
      head: true,
      text: ({ activity, country }) => `${activity}, ${country}`,
      cell: ({ activity, country, words }) => (
        <span className="wrap">
          {activity}, {country}
          <br />
          <span className="dimmed">{words}</span>
        </span>
      ),
    },
    {
      key: 'lines',
      label: t.held.lines,
      numeric: true,
      text: ({ lines }) => String(lines),
      cell: ({ lines }) => whole(lines),
    },
    {
      key: 'quantity',
      label: t.held.quantity,
      numeric: true,
      text: ({ quantity, unit }) => (quantity === null ? '' : `${quantity} ${unit}`),
      cell: ({ quantity, unit }) => (quantity === null ? '' : `${amount(quantity)} ${unit}`),
    },
    {
      key: 'candidate',
      label: t.queue.candidate,
      text: (item) => chosen[keyOf(item)] ?? '',
      cell: (item) => (
        <span className="wrap">
          <NativeSelect
            aria-label={t.queue.candidateFor(item.activity, item.country)}
            value={chosen[keyOf(item)] ?? ''}
            data={[
              { value: '', label: t.queue.none },
              ...item.candidates.map(({ family, score, co2e_kg }) => ({
                value: family,
                label: `${family} (${percentOf(score, '1')}${co2e_kg === null ? '' : `, ${tonnes(tonnesOfKilograms(co2e_kg))} ${t.carbon.unit}`})`,
              })),
            ]}
            onChange={(event) => choose(item, event.currentTarget.value)}
          />
          <span className="dimmed">
            {item.candidates.find(({ family }) => family === chosen[keyOf(item)])?.reasons.join('; ')}
          </span>
        </span>
      ),
    },
  ];
}

/** What was decided, to be taken back. */
export function Decisions() {
  const asOf = useAsOf();
  const [error, setError] = useState<unknown>(null);
  const decisions = useQuery({
    queryKey: ['decisions', asOf],
    queryFn: () =>
      dataOf(api.GET('/api/carbon/decisions', { params: { query: asOf === undefined ? {} : { as_of: asOf } } })),
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
