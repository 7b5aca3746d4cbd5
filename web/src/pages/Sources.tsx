/** Data sources of the revenue book, and the connection with Stripe. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { type Answer, readAgain } from '../api/queries.ts';
import { CopyButton } from '../components/CopyButton.tsx';
import { type Column, DataTable } from '../components/DataTable.tsx';
import { RecordKey } from '../components/Figure.tsx';
import { Empty, PageHead, Section, Shown } from '../components/Page.tsx';
import { Problem } from '../components/Problem.tsx';
import { instant } from '../format/dates.ts';
import { whole } from '../format/numbers.ts';
import { t } from '../texts.ts';

type Source = Answer<'/api/sources'>['sources'][number];
type Stripe = NonNullable<Source['stripe']>;
type Connected = Source & { stripe: Stripe };

export function Sources() {
  const sources = useQuery({ queryKey: ['sources'], queryFn: () => dataOf(api.GET('/api/sources')) });
  const connected = sources.data?.sources.filter((source): source is Connected => source.stripe !== null) ?? [];
  return (
    <>
      <PageHead title={t.sources.title} note={t.sources.note}>
        <Button component={Link} to="/imports" variant="light">
          {t.imports.newTitle}
        </Button>
      </PageHead>
      <Section title={t.sources.title}>
        <Shown of={sources} height={160}>
          {({ sources: all }) =>
            all.length === 0 ? (
              <Empty title={t.sources.emptyTitle}>{t.sources.emptyText}</Empty>
            ) : (
              <DataTable caption={t.sources.title} columns={COLUMNS} rows={all} rowKey={({ name }) => name} />
            )
          }
        </Shown>
      </Section>
      {connected.map((source) => (
        <Connection key={source.name} source={source} />
      ))}
      <SetUp />
    </>
  );
}

const COLUMNS: readonly Column<Source>[] = [
  { key: 'name', label: t.sources.name, head: true, text: ({ name }) => name },
  { key: 'system', label: t.sources.system, text: ({ system }) => system },
  ...(['customers', 'plans', 'invoices', 'transactions'] as const).map(
    (stream): Column<Source> => ({
      key: stream,
      label: t.sources.records[stream]!,
      numeric: true,
      text: ({ records }) => String(records[stream]),
      cell: ({ records }) => (
        <Link to="/records/$stream" params={{ stream }}>
          {whole(records[stream])}
        </Link>
      ),
    }),
  ),
  {
    key: 'last',
    label: t.sources.last,
    text: ({ last_entry }) => last_entry?.recorded_at ?? '',
    cell: ({ last_entry }) =>
      last_entry === null ? (
        t.sources.never
      ) : (
        <>
          <RecordKey
            text={whole(last_entry.seq)}
            label={t.journal.detail(last_entry.seq)}
            of={`entry/${last_entry.seq}`}
          />
          <span className="dimmed"> {instant(last_entry.recorded_at)}</span>
        </>
      ),
  },
  {
    key: 'created',
    label: t.sources.created,
    text: ({ created_at }) => created_at,
    cell: ({ created_at }) => instant(created_at),
  },
];

function Connection({ source: { name, stripe } }: { source: Connected }) {
  const { objects, held, held_listed, webhook, sync } = stripe;
  const [error, setError] = useState<unknown>(null);
  const remove = async (id: string) => {
    if (!window.confirm(t.sources.removeSure(name))) return;
    setError(null);
    try {
      await api.DELETE('/api/connectors/stripe/webhook/{id}', { params: { path: { id } } });
      readAgain();
    } catch (problem) {
      setError(problem);
    }
  };
  const address = webhook === null ? '' : `${window.location.origin}${webhook.path}`;
  const facts: [string, string][] = [
    [t.sources.stripe, `${t.sources.objects(objects)}, ${held === 0 ? t.sources.heldNone : t.sources.held(held)}`],
    [t.sources.webhook, webhook === null ? t.sources.noWebhook : t.sources.webhookSince(instant(webhook.created_at))],
    ...(webhook === null ? [] : [[t.sources.address, address] as [string, string]]),
    [t.sources.sync, syncWords(sync)],
    ...(sync?.error ? [[t.sources.error, sync.error] as [string, string]] : []),
  ];
  return (
    <Section
      title={`${t.sources.stripe}: ${name}`}
      actions={
        webhook !== null && (
          <>
            <CopyButton text={() => address} label={t.sources.copyAddress} />
            <Button variant="subtle" color="red" size="compact-xs" onClick={() => void remove(webhook.id)}>
              {t.sources.remove}
            </Button>
          </>
        )
      }
    >
      {error !== null && <Problem error={error} />}
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {held_listed.length > 0 && (
        <DataTable
          caption={t.sources.heldListed(name, held_listed.length, held)}
          note={t.sources.heldListed(name, held_listed.length, held)}
          rows={held_listed}
          rowKey={({ id }, index) => `${index} ${id}`}
          columns={[
            { key: 'id', label: t.sources.object, head: true, text: ({ id }) => id },
            { key: 'kind', label: t.journal.kind, text: ({ object }) => object },
            {
              key: 'why',
              label: t.sources.reason,
              text: ({ reason }) => reason,
              cell: ({ reason }) => <span className="wrap">{reason}</span>,
            },
          ]}
        />
      )}
    </Section>
  );
}

function syncWords(sync: Stripe['sync']): string {
  if (sync === null) return t.sources.neverSynced;
  if (sync.unfinished) return t.sources.unfinished(sync.resource ?? '…');
  return sync.complete_as_of === null ? instant(sync.last_at) : t.sources.complete(instant(sync.complete_as_of));
}

type Metered = 'one_time' | 'subscription';
const EMPTY = { source: 'stripe', secret: '', metered: 'one_time' as Metered };

/** What was typed stays until it is taken. */
function SetUp() {
  const [values, setValues] = useState(EMPTY);
  const [path, setPath] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { source: values.source.trim(), signing_secret: values.secret.trim(), metered: values.metered };
      const webhook = await dataOf(api.PUT('/api/connectors/stripe/webhook', { body }));
      setPath(webhook.path);
      setValues((old) => ({ ...old, secret: '' }));
      readAgain();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t.sources.setUp} note={t.sources.stripeNote}>
      <ol>
        {t.sources.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <form className="form-row" onSubmit={(event) => void submit(event)}>
        <TextInput
          label={t.sources.source}
          required
          value={values.source}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setValues((old) => ({ ...old, source: value }));
          }}
        />
        <TextInput
          label={t.sources.secret}
          type="password"
          autoComplete="off"
          required
          className="wide-field"
          description={t.sources.secretNote}
          value={values.secret}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setValues((old) => ({ ...old, secret: value }));
          }}
        />
        <NativeSelect
          label={t.sources.metered}
          value={values.metered}
          data={Object.entries(t.sources.meteredChoices).map(([value, label]) => ({ value, label }))}
          onChange={(event) => {
            const value = event.currentTarget.value as Metered;
            setValues((old) => ({ ...old, metered: value }));
          }}
        />
        <Button type="submit" loading={busy}>
          {t.sources.state}
        </Button>
      </form>
      <p role="status">
        {path === null ? t.sources.addressLater : `${t.sources.done(values.source)} ${window.location.origin}${path}`}
      </p>
      {error !== null && <Problem error={error} />}
    </Section>
  );
}
