/** Forms that state a base year and a target. What was typed stays until it is stated. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { readAgain } from '../../api/queries.ts';
import { Section } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

interface FormProps<Values> {
  title: string;
  note?: string;
  empty: Values;
  /** States it; answers with the entry. */
  state: (values: Values) => Promise<{ seq: number }>;
  children: (values: Values, set: (patch: Partial<Values>) => void) => ReactNode;
}

export function StatingForm<Values>({ title, note, empty, state, children }: FormProps<Values>) {
  const [values, setValues] = useState(empty);
  const [stated, setStated] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setStated(null);
    try {
      setStated((await state(values)).seq);
      setValues(empty);
      readAgain();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={title} note={note}>
      <form className="form-row" onSubmit={(event) => void submit(event)}>
        {children(values, (patch) => setValues((old) => ({ ...old, ...patch })))}
        <Button type="submit" variant="light" loading={busy}>
          {t.baseYear.state}
        </Button>
        <span role="status">{stated !== null && t.baseYear.stated(whole(stated))}</span>
      </form>
      {error !== null && <Problem error={error} />}
    </Section>
  );
}

const BASE = { from: '', to: '', scope_2: 'location', threshold_percent: '', text: '', approved_by: '' };

/** Everything else is that of the methodology in force. */
export function NewBaseYear() {
  return (
    <StatingForm
      title={t.baseYear.form}
      empty={BASE}
      state={(values) =>
        dataOf(api.POST('/api/carbon/base-years', { body: given(values) as never })) as Promise<{ seq: number }>
      }
    >
      {(values, set) => (
        <>
          <TextInput
            type="month"
            required
            label={t.baseYear.first}
            value={values.from}
            onChange={(event) => set({ from: event.currentTarget.value })}
          />
          <TextInput
            type="month"
            required
            label={t.baseYear.last}
            value={values.to}
            onChange={(event) => set({ to: event.currentTarget.value })}
          />
          <NativeSelect
            label={t.baseYear.scope2}
            value={values.scope_2}
            data={Object.entries(t.baseYear.methods).map(([value, label]) => ({ value, label }))}
            onChange={(event) => set({ scope_2: event.currentTarget.value })}
          />
          <TextInput
            inputMode="decimal"
            placeholder="5"
            label={t.baseYear.threshold}
            value={values.threshold_percent}
            onChange={(event) => set({ threshold_percent: event.currentTarget.value })}
          />
          <Approved values={values} set={set} />
        </>
      )}
    </StatingForm>
  );
}

const TARGET = { name: '', scopes: '1,2', target_year: '', reduction_percent: '', text: '', approved_by: '' };
const SCOPES = ['1', '1,2', '1,2,3', '3'];

export function NewTarget({ base }: { base: string }) {
  return (
    <StatingForm
      title={t.baseYear.newTarget}
      empty={TARGET}
      state={({ scopes, target_year, ...values }) =>
        dataOf(
          api.POST('/api/carbon/targets', {
            body: {
              ...given(values),
              base_year: base,
              scopes: scopes.split(','),
              target_year: Number(target_year),
            } as never,
          }),
        ) as Promise<{ seq: number }>
      }
    >
      {(values, set) => (
        <>
          <TextInput
            required
            label={t.baseYear.name}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <NativeSelect
            label={t.baseYear.scopes}
            value={values.scopes}
            data={SCOPES.map((value) => ({ value, label: value.replaceAll(',', ', ') }))}
            onChange={(event) => set({ scopes: event.currentTarget.value })}
          />
          <TextInput
            required
            type="number"
            label={t.baseYear.targetYear}
            value={values.target_year}
            onChange={(event) => set({ target_year: event.currentTarget.value })}
          />
          <TextInput
            required
            inputMode="decimal"
            label={t.baseYear.reduction}
            value={values.reduction_percent}
            onChange={(event) => set({ reduction_percent: event.currentTarget.value })}
          />
          <Approved values={values} set={set} />
        </>
      )}
    </StatingForm>
  );
}

interface Approval {
  text: string;
  approved_by: string;
}

export function Approved({ values, set }: { values: Approval; set: (patch: Partial<Approval>) => void }) {
  return (
    <>
      <TextInput
        label={t.baseYear.why}
        value={values.text}
        onChange={(event) => set({ text: event.currentTarget.value })}
      />
      <TextInput
        label={t.baseYear.approvedBy}
        value={values.approved_by}
        onChange={(event) => set({ approved_by: event.currentTarget.value })}
      />
    </>
  );
}

/** Only what was filled in: the server has the defaults. */
export const given = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]])),
  );
