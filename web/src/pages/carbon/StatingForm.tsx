/** A form that states something of the base year. What was typed stays until it is stated. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { readAgain } from '../../api/queries.ts';
import { Section } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

/** Value and change of the input for one of the values. */
export type Field<Name extends string> = (name: Name) => {
  value: string;
  onChange: (event: { currentTarget: { value: string } }) => void;
};

interface FormProps<Values> {
  title: string;
  note?: string;
  empty: Values;
  /** States it; answers with the entry. */
  state: (values: Values) => Promise<{ seq: number }>;
  children: (field: Field<keyof Values & string>, values: Values) => ReactNode;
}

export function StatingForm<Values extends Record<string, string>>({
  title,
  note,
  empty,
  state,
  children,
}: FormProps<Values>) {
  const [values, setValues] = useState(empty);
  const [stated, setStated] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const field: Field<keyof Values & string> = (name) => ({
    value: values[name] ?? '',
    onChange: ({ currentTarget: { value } }) => setValues((old) => ({ ...old, [name]: value })),
  });
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
        {children(field, values)}
        <Button type="submit" variant="light" loading={busy}>
          {t.baseYear.state}
        </Button>
        <span role="status">{stated !== null && t.baseYear.stated(whole(stated))}</span>
      </form>
      {error !== null && <Problem error={error} />}
    </Section>
  );
}

export function Approved({ field }: { field: Field<'text' | 'approved_by'> }) {
  return (
    <>
      <TextInput label={t.baseYear.why} {...field('text')} />
      <TextInput label={t.baseYear.approvedBy} {...field('approved_by')} />
    </>
  );
}

/** Only what was filled in: the server has the defaults. */
export const given = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]])),
  );
