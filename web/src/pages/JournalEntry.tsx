/** One entry with everything that it states. */
import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useEntry } from '../api/queries.ts';
import { useSetAddress } from '../app/address.ts';
import { CopyButton } from '../components/CopyButton.tsx';
import { PageHead, Section, Shown } from '../components/Page.tsx';
import { instant } from '../format/dates.ts';
import { t } from '../texts.ts';
import { EffectOnTotals } from './journal/EffectOnTotals.tsx';

/** Longer payloads are not laid out whole on the screen; the button copies all of it. */
const PAYLOAD_SHOWN_CHARACTERS = 20_000;

export function JournalEntry() {
  const seq = Number(useParams({ strict: false }).seq);
  const entry = useEntry(seq);
  const setAddress = useSetAddress();
  return (
    <>
      <PageHead
        title={t.journal.detail(seq)}
        note={entry.data && (t.journal.kinds[entry.data.kind] ?? entry.data.kind)}
      >
        <Link to="/journal">{t.journal.title}</Link>
        {entry.data?.kind === 'records.import' && (
          <Link to="/imports/$seq" params={{ seq: String(seq) }}>
            {t.journal.toImport}
          </Link>
        )}
        <Button variant="light" onClick={() => setAddress({ explain: `entry/${seq}` })}>
          {t.explain.title}
        </Button>
        <Button variant="light" onClick={() => setAddress({ as_of: seq })}>
          {t.journal.showAsOf}
        </Button>
      </PageHead>
      <Shown of={entry} height={400}>
        {(found) => {
          const payload = JSON.stringify(found.payload, null, 2);
          return (
            <>
              <Section title={t.journal.entry}>
                <dl className="facts facts-row">
                  {[
                    [t.journal.kind, found.kind],
                    [t.journal.who, found.actor],
                    [t.journal.when, `${instant(found.recorded_at)} (${found.recorded_at})`],
                    [t.journal.evidence, found.evidence ?? ''],
                    [t.journal.hash, found.hash],
                    [t.journal.previous, found.previous_hash],
                    [t.journal.payloadHash, found.payload_hash],
                  ].map(([label, value]) => (
                    <div key={label}>
                      <dt>{label}</dt>
                      <dd>{value || <span className="dimmed">{t.common.none}</span>}</dd>
                    </div>
                  ))}
                </dl>
              </Section>
              <EffectOnTotals seq={seq} />
              <Section
                title={t.journal.payload}
                actions={<CopyButton text={() => payload} label={t.journal.copyPayload} />}
              >
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
                <pre tabIndex={0}>
                  {payload.slice(0, PAYLOAD_SHOWN_CHARACTERS)}
                  {payload.length > PAYLOAD_SHOWN_CHARACTERS && '\n…'}
                </pre>
              </Section>
            </>
          );
        }}
      </Shown>
    </>
  );
}
