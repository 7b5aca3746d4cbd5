/** What the inventory would come to under another methodology, by cause, and the methodologies that are stated. */
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useOrganisation } from '../../api/carbon.ts';
import { api, dataOf } from '../../api/client.ts';
import { useMethodologies, useWhatIf, type WhatIfBody } from '../../api/methodology.ts';
import { queryClient, readAgain, useInventory } from '../../api/queries.ts';
import { useAddress, useAsOf, useParameter, useSetAddress } from '../../app/address.ts';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { TypedField } from '../../components/TypedField.tsx';
import { t } from '../../texts.ts';
import { MonthRange } from '../revenue/RevenueHead.tsx';
import { CarbonHead } from './CarbonHead.tsx';
import { Methodologies } from './Methodologies.tsx';
import { useCarbonRange } from './range.ts';
import { WhatIfResult } from './WhatIfResult.tsx';

type Parameters = NonNullable<WhatIfBody['parameters']>;

/** Parameters with a choice of words; the address has them as `try_` and the name. */
const CHOICES = {
  gwp: ['AR4', 'AR5', 'AR6'],
  approach: ['none', 'equity', 'financial', 'operational'],
  time: ['nearest', 'latest_not_later', 'exact', 'publication_year'],
  radiative_forcing: ['as_stated', 'included', 'excluded'],
  methane: ['by_source', 'all_non_fossil', 'all_fossil'],
  fx: ['transaction_date', 'year_average'],
  deflate: ['true', 'false'],
} as const;
type Choice = keyof typeof CHOICES;
const NAMES = Object.keys(CHOICES) as Choice[];

export function WhatIf() {
  const setAddress = useSetAddress();
  const address = useAddress();
  const range = useCarbonRange();
  const { from, to, ready } = range;
  const chosen = Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = address[`try_${name}`];
      return (CHOICES[name] as readonly string[]).includes(String(value)) ? [[name, String(value)]] : [];
    }),
  ) as Partial<Record<Choice, string>>;
  const releases = useParameter('try_releases')?.split(',').filter(Boolean);
  const typedParent = useParameter('try_parent');
  const parent = useOrganisation({ approach: 'operational' }, chosen.approach !== undefined).data?.parent;
  const needsParent = chosen.approach !== undefined && chosen.approach !== 'none';
  const { deflate, ...words } = chosen;
  const parameters = {
    ...words,
    ...(deflate === undefined ? {} : { deflate: deflate === 'true' }),
    ...(releases ? { releases } : {}),
    ...(needsParent && (typedParent ?? parent) ? { parent: typedParent ?? parent! } : {}),
  } as Parameters;
  const methodology = useParameter('methodology');
  const isChanged = Object.keys(parameters).length > 0 || methodology !== undefined;
  const result = useWhatIf(
    {
      ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
      ...(methodology ? { methodology } : {}),
      ...(from && to ? { from: from.slice(0, 7), to: to.slice(0, 7) } : {}),
    },
    ready && isChanged && (!needsParent || (typedParent ?? parent) !== undefined),
  );
  return (
    <>
      <CarbonHead title={t.whatIf.title} note={t.whatIf.note}>
        <MonthRange from={from} to={to} />
      </CarbonHead>
      <Section title={t.whatIf.change} note={t.whatIf.changeNote}>
        <div className="form-grid form-grid-wide">
          {NAMES.map((name) => (
            <NativeSelect
              key={name}
              label={t.whatIf.names[name]}
              value={chosen[name] ?? ''}
              data={[
                { value: '', label: t.whatIf.asNow },
                ...CHOICES[name].map((value) => ({ value, label: t.whatIf.values[name]?.[value] ?? value })),
              ]}
              onChange={(event) => setAddress({ [`try_${name}`]: event.currentTarget.value || undefined })}
            />
          ))}
          {needsParent && <TypedField label={t.whatIf.parent} name="try_parent" placeholder={parent ?? ''} />}
        </div>
        <Releases chosen={releases} />
        {isChanged && (
          <Button
            mt="sm"
            variant="subtle"
            color="gray"
            onClick={() =>
              setAddress({
                ...Object.fromEntries(NAMES.map((name) => [`try_${name}`, undefined])),
                try_releases: undefined,
                try_parent: undefined,
                methodology: undefined,
              })
            }
          >
            {t.whatIf.clear}
          </Button>
        )}
      </Section>
      {isChanged && (
        <Shown of={result} height={420}>
          {(answer) => <WhatIfResult answer={answer} name={range.name} busy={result.isFetching} />}
        </Shown>
      )}
      {isChanged && methodology === undefined && <Save parameters={parameters} />}
      <Methodologies />
    </>
  );
}

function Releases({ chosen }: { chosen: readonly string[] | undefined }) {
  const setAddress = useSetAddress();
  const used = useInventory({ group_by: 'release' }).data?.rows.map(({ keys }) => keys.release ?? '') ?? [];
  const all = [...new Set([...used, ...(chosen ?? [])])].filter(Boolean).sort();
  if (all.length < 2) return null;
  const isOn = (release: string) => chosen === undefined || chosen.includes(release);
  return (
    <fieldset className="releases">
      <legend>{t.whatIf.releases}</legend>
      {all.map((release) => (
        <Checkbox
          key={release}
          label={release}
          checked={isOn(release)}
          onChange={(event) => {
            const next = all.filter((one) => (one === release ? event.currentTarget.checked : isOn(one)));
            setAddress({ try_releases: next.length === all.length || next.length === 0 ? undefined : next.join(',') });
          }}
        />
      ))}
    </fieldset>
  );
}

/** What was tried, under a name; nothing changes until it is adopted. */
function Save({ parameters }: { parameters: Parameters }) {
  const canState = useAsOf() === undefined;
  const stated = useMethodologies().data?.methodologies;
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return setError(new Error(t.whatIf.noName));
    setBusy(true);
    setError(null);
    try {
      // What is not changed is as in the methodology in force.
      const inForce = stated?.find((one) => one.in_force)?.parameters ?? {};
      await dataOf(
        api.POST('/api/carbon/methodologies', {
          body: { name: name.trim(), parameters: { ...inForce, ...parameters } as Parameters },
        }),
      );
      setName('');
      readAgain();
      void queryClient.invalidateQueries({ queryKey: ['account'] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t.whatIf.save} note={t.whatIf.saveNote}>
      <form className="form-row" onSubmit={(event) => void submit(event)}>
        <TextInput
          label={t.whatIf.name}
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} disabled={!canState}>
          {t.whatIf.saveIt}
        </Button>
      </form>
      {error !== null && <Problem error={error} />}
    </Section>
  );
}
