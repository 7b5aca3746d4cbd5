/** Turns the whole application back to an earlier entry of the journal, chosen from the list, by number or by day. */
import { Button, Popover, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { useAccount, useEntry, useJournal } from '../api/queries.ts';
import { Problem } from '../components/Problem.tsx';
import { instant } from '../format/dates.ts';
import { t } from '../texts.ts';
import { useAsOf, useSetAddress } from './address.ts';

export function AsOfChooser() {
  const [open, setOpen] = useState(false);
  const asOf = useAsOf();
  const head = useAccount().data?.seq;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          variant={asOf === undefined ? 'default' : 'filled'}
          onClick={() => setOpen(!open)}
          aria-expanded={open}
          aria-label={asOf === undefined ? t.asOf.now(head) : t.asOf.earlier(asOf)}
        >
          <span className="wide-only">{asOf === undefined ? t.asOf.now(head) : t.asOf.earlier(asOf)}</span>
          <span className="narrow-only">{t.asOf.short(asOf ?? head)}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>{open && <Choice onDone={() => setOpen(false)} />}</Popover.Dropdown>
    </Popover>
  );
}

const ENTRIES_LISTED = 12;

function Choice({ onDone }: { onDone: () => void }) {
  const asOf = useAsOf();
  const setAddress = useSetAddress();
  const entries = useJournal(undefined, undefined, ENTRIES_LISTED).data?.pages[0]?.entries ?? [];
  const choose = (seq: number | undefined) => {
    setAddress({ as_of: seq });
    onDone();
  };
  return (
    <div className="as-of">
      <p className="dimmed">{t.asOf.about}</p>
      <ByEntry onChoose={choose} />
      <ByDay onChoose={choose} />
      <ul>
        <li>
          <button type="button" aria-pressed={asOf === undefined} onClick={() => choose(undefined)}>
            {t.asOf.latest}
          </button>
        </li>
        {entries.map(({ seq, kind, recorded_at }) => (
          <li key={seq}>
            <button type="button" aria-pressed={asOf === seq} onClick={() => choose(seq)}>
              <span className="number">{seq}</span> {t.journal.kinds[kind] ?? kind}
              <span className="dimmed"> {instant(recorded_at)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function ByEntry({ onChoose }: { onChoose: (seq: number) => void }) {
  const head = useAccount().data?.seq ?? 0;
  const [text, setText] = useState('');
  const isWrong = text !== '' && !(/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= head);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text !== '' && !isWrong) onChoose(Number(text));
  };
  return (
    <form onSubmit={submit} className="as-of-form">
      <TextInput
        label={t.asOf.entry}
        inputMode="numeric"
        value={text}
        error={isWrong ? t.asOf.entryRange(head) : undefined}
        onChange={(event) => setText(event.currentTarget.value.trim())}
      />
      <Button type="submit" variant="light">
        {t.asOf.show}
      </Button>
    </form>
  );
}

function ByDay({ onChoose }: { onChoose: (seq: number) => void }) {
  const [day, setDay] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (day === '') return;
    setBusy(true);
    setProblem(null);
    try {
      const seq = await lastEntryOf(day);
      if (seq === null) setProblem(new Error(t.asOf.nothingYet));
      else onChoose(seq);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="as-of-form">
      <TextInput type="date" label={t.asOf.day} value={day} onChange={(event) => setDay(event.currentTarget.value)} />
      <Button type="submit" variant="light" loading={busy}>
        {t.asOf.show}
      </Button>
      {problem !== null && <Problem error={problem} />}
    </form>
  );
}

/** The last entry that was recorded before the end of the day here; null when there is none. */
async function lastEntryOf(day: string): Promise<number | null> {
  const end = new Date(`${day}T00:00:00`);
  end.setDate(end.getDate() + 1);
  const time = new Date(end.getTime() - 1).toISOString();
  return (await dataOf(api.GET('/api/journal/at', { params: { query: { time } } }))).seq;
}

export function AsOfBanner() {
  const asOf = useAsOf();
  const setAddress = useSetAddress();
  const entry = useEntry(asOf);
  if (asOf === undefined) return null;
  return (
    <div className="as-of-banner" role="status">
      <span>
        {t.asOf.banner(asOf, entry.data ? instant(entry.data.recorded_at) : null)}
        {entry.error && ` ${t.asOf.unknown}`}
      </span>
      <Button variant="white" className="no-print" onClick={() => setAddress({ as_of: undefined })}>
        {t.asOf.back}
      </Button>
    </div>
  );
}
