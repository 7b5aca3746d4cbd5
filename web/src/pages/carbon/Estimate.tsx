/** What an activity would come to, without stating it. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { EstimateAnswer } from '../../api/carbon.ts';
import { api, dataOf } from '../../api/client.ts';
import { useAsOf } from '../../app/address.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Section, Stat } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { everyDigit, percentOf, tonnes, tonnesOfKilograms } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { nameOf } from './names.ts';
import { GWP_SETS } from './range.ts';

const FIELDS = ['activity', 'quantity', 'unit', 'amount', 'currency', 'date', 'country', 'region', 'category'] as const;
type Field = (typeof FIELDS)[number];
type Values = Record<Field, string>;

const EMPTY: Values = {
  activity: '',
  quantity: '',
  unit: '',
  amount: '',
  currency: '',
  date: new Date().toISOString().slice(0, 10),
  country: '',
  region: '',
  category: '',
};

export function Estimate() {
  const asOf = useAsOf();
  const [values, setValues] = useState<Values>(EMPTY);
  const [gwp, setGwp] = useState<(typeof GWP_SETS)[number]>('AR5');
  const [answer, setAnswer] = useState<EstimateAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const item = Object.fromEntries(
      Object.entries(values).flatMap(([key, text]) => (text.trim() === '' ? [] : [[key, text.trim()]])),
    );
    try {
      const body = { items: [item as never], gwp, ...(asOf === undefined ? {} : { as_of: asOf }) };
      setAnswer((await dataOf(api.POST('/api/carbon/estimate', { body }))) as EstimateAnswer);
    } catch (problem) {
      setError(problem);
      setAnswer(null);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <CarbonHead title={t.estimate.title} note={t.estimate.note} />
      <Section title={t.estimate.form}>
        <form onSubmit={(event) => void submit(event)}>
          <div className="form-grid">
            {FIELDS.map((field) => (
              <TextInput
                key={field}
                label={t.estimate.fields[field]}
                placeholder={t.estimate.examples[field]}
                type={field === 'date' ? 'date' : 'text'}
                required={field === 'activity' || field === 'date'}
                className={field === 'activity' ? 'wide-field' : undefined}
                value={values[field]}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setValues((old) => ({ ...old, [field]: value }));
                }}
              />
            ))}
            <NativeSelect
              label={t.carbon.gwp}
              value={gwp}
              data={[...GWP_SETS]}
              onChange={(event) => setGwp(event.currentTarget.value as (typeof GWP_SETS)[number])}
            />
          </div>
          <div className="form-row">
            <Button type="submit" loading={busy}>
              {t.estimate.submit}
            </Button>
          </div>
        </form>
        {error !== null && <Problem error={error} />}
      </Section>
      {answer?.results[0] && <Result answer={answer} />}
    </>
  );
}

function Result({ answer }: { answer: EstimateAnswer }) {
  const result = answer.results[0]!;
  if (result.outcome === 'invalid') {
    return (
      <Section title={t.estimate.result}>
        <Problem error={new Error(`${t.estimate.fields[result.field as Field] ?? result.field}: ${result.reason}`)} />
      </Section>
    );
  }
  if (result.outcome === 'held') {
    return (
      <Section title={t.estimate.result}>
        <p role="status">
          {t.estimate.held} {result.words}
          {result.detail !== '' && ` (${result.detail})`}.
        </p>
        {result.candidates && result.candidates.length > 0 && (
          <>
            <p>{t.estimate.candidates}</p>
            <ul>
              {result.candidates.map(({ family, factor, score }) => (
                <li key={factor}>
                  {family} <span className="dimmed">{percentOf(score, '1')}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Section>
    );
  }
  return (
    <>
      <div className="stats" role="status">
        <Stat
          label={t.estimate.total}
          value={tonnes(tonnesOfKilograms(result.co2e_kg))}
          unit={t.carbon.unit}
          note={`${answer.gwp}, ${t.common.asOfEntry(answer.seq)}`}
        />
        <Stat label={t.estimate.exact} value={everyDigit(result.co2e_kg)} unit={t.factors.kg} />
      </div>
      <Section title={t.estimate.lines}>
        <DataTable
          caption={t.estimate.lines}
          rows={result.lines}
          rowKey={({ factor, scope, category }) => `${factor} ${scope} ${category}`}
          columns={[
            {
              key: 'factor',
              label: t.carbon.dimensions.factor!,
              head: true,
              text: ({ factor }) => answer.factors[factor]?.family ?? factor,
            },
            {
              key: 'scope',
              label: t.carbon.dimensions.scope!,
              text: ({ scope, category }) =>
                [t.carbon.scopesShort[scope] ?? scope, category === null ? '' : nameOf('category', String(category))]
                  .filter(Boolean)
                  .join(', '),
            },
            {
              key: 'co2e',
              label: '',
              unit: t.factors.kg,
              numeric: true,
              text: ({ co2e_kg }) => co2e_kg,
              cell: ({ co2e_kg }) => everyDigit(co2e_kg),
            },
            {
              key: 'release',
              label: t.carbon.dimensions.release!,
              text: ({ factor }) => answer.factors[factor]?.release ?? '',
            },
            {
              key: 'flags',
              label: t.estimate.flags,
              text: ({ flags }) => wordsOf(flags),
              cell: ({ flags }) => <span className="wrap">{wordsOf(flags)}</span>,
            },
          ]}
        />
      </Section>
    </>
  );
}

const wordsOf = (flags: readonly string[]): string =>
  flags.map((flag) => t.estimate.flagWords[flag] ?? flag).join('; ');
