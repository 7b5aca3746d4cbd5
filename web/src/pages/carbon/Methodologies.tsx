/** Methodologies that are stated; one of them is in force. Adopting another shows first what it does to the inventory. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { type Methodology, useMethodologies, type WhatIf } from '../../api/methodology.ts';
import { queryClient, readAgain } from '../../api/queries.ts';
import { useAsOf, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { instant } from '../../format/dates.ts';
import { tonnes, tonnesOfKilograms } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

export function Methodologies() {
  const canState = useAsOf() === undefined;
  const setAddress = useSetAddress();
  const all = useMethodologies();
  const [asked, setAsked] = useState<{ id: string; preview: WhatIf } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState('');
  const adopt = async (id: string, preview: boolean) => {
    setBusy(id);
    setError(null);
    try {
      const answer = await dataOf(api.POST('/api/carbon/methodologies/adopt', { body: { methodology: id, preview } }));
      if (preview) setAsked({ id, preview: answer as WhatIf });
      else {
        setAsked(null);
        readAgain();
        void queryClient.invalidateQueries({ queryKey: ['account'] });
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy('');
    }
  };
  const columns: Column<Methodology>[] = [
    { key: 'id', label: t.whatIf.methodology, head: true, text: ({ id }) => id },
    {
      key: 'state',
      label: t.settings.state,
      text: ({ in_force }) => (in_force ? t.whatIf.inForce : ''),
      cell: ({ in_force }) => in_force && <strong>{t.whatIf.inForce}</strong>,
    },
    {
      key: 'parameters',
      label: t.whatIf.parameters,
      text: ({ parameters }) => briefOf(parameters),
      cell: ({ parameters }) => <span className="wrap">{briefOf(parameters)}</span>,
    },
    { key: 'who', label: t.journal.who, text: ({ actor }) => actor ?? '' },
    {
      key: 'when',
      label: t.journal.when,
      text: ({ recorded_at }) => recorded_at ?? '',
      cell: ({ recorded_at }) => recorded_at && instant(recorded_at),
    },
    {
      key: 'actions',
      label: '',
      text: () => '',
      cell: ({ id, in_force }) =>
        !in_force && (
          <>
            <Button
              variant="subtle"
              size="compact-xs"
              aria-label={`${t.whatIf.compare}: ${id}`}
              onClick={() => setAddress({ methodology: id })}
            >
              {t.whatIf.compare}
            </Button>
            <Button
              variant="subtle"
              size="compact-xs"
              disabled={!canState}
              loading={busy === id}
              aria-label={`${t.whatIf.adopt}: ${id}`}
              onClick={() => void adopt(id, true)}
            >
              {t.whatIf.adopt}
            </Button>
          </>
        ),
    },
  ];
  return (
    <Section title={t.whatIf.methodologies} note={t.whatIf.methodologiesNote}>
      <Shown of={all} height={120}>
        {({ methodologies }) => (
          <DataTable caption={t.whatIf.methodologies} columns={columns} rows={methodologies} rowKey={({ id }) => id} />
        )}
      </Shown>
      {error !== null && <Problem error={error} />}
      {asked && (
        <div className="form-row" role="status">
          <span>
            {t.whatIf.adoptEffect(
              asked.id,
              tonnes(tonnesOfKilograms(asked.preview.before.co2e_kg)),
              tonnes(tonnesOfKilograms(asked.preview.after.co2e_kg)),
            )}
          </span>
          <Button loading={busy === asked.id} onClick={() => void adopt(asked.id, false)}>
            {t.whatIf.adoptIt}
          </Button>
          <Button variant="subtle" color="gray" onClick={() => setAsked(null)}>
            {t.common.cancel}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** The parameters that are plain words; the whole stands in its entry of the journal. */
const briefOf = (parameters: Methodology['parameters']): string =>
  Object.entries(parameters)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(
      ([name, value]) => `${t.whatIf.names[name] ?? name.replaceAll('_', ' ')}: ${String(value).replaceAll('_', ' ')}`,
    )
    .join(' · ');
