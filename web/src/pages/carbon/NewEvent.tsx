/** States what happened to the base year where the books alone do not say it: moved to others, estimated, or organic. */
import { NativeSelect, TextInput } from '@mantine/core';
import { api, dataOf } from '../../api/client.ts';
import { t } from '../../texts.ts';
import { Approved, given, StatingForm } from './NewBaseYear.tsx';

const EVENT = {
  title: '',
  day: '',
  cause: 'structure',
  kind: 'outsourced',
  by: 'entity',
  value: '',
  scope: '1',
  co2e_t: '',
  text: '',
  approved_by: '',
};
type Values = typeof EVENT;

const MOVED_BY = ['entity', 'activity', 'country'] as const;

/** Told apart by its name: stating one with the same name and day again replaces it. */
const idOf = ({ title, day }: Values): string =>
  `${
    title
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'event'
  }-${day}`;

export function NewEvent({ base }: { base: string }) {
  return (
    <StatingForm
      title={t.baseYear.newEvent}
      note={t.baseYear.eventNote}
      empty={EVENT}
      state={(values) =>
        dataOf(api.POST('/api/carbon/base-years/events', { body: bodyOf(values, base) as never })) as Promise<{
          seq: number;
        }>
      }
    >
      {(values, set) => (
        <>
          <TextInput
            required
            label={t.baseYear.eventTitle}
            value={values.title}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <TextInput
            required
            type="date"
            label={t.baseYear.day}
            value={values.day}
            onChange={(event) => set({ day: event.currentTarget.value })}
          />
          <NativeSelect
            label={t.baseYear.cause}
            value={values.cause}
            data={Object.entries(t.baseYear.causes).map(([value, label]) => ({ value, label }))}
            onChange={(event) => set({ cause: event.currentTarget.value })}
          />
          <NativeSelect
            label={t.baseYear.eventKind}
            value={values.kind}
            data={Object.entries(t.baseYear.eventKinds).map(([value, label]) => ({ value, label }))}
            onChange={(event) => set({ kind: event.currentTarget.value })}
          />
          {values.kind === 'amount' ? <Amount values={values} set={set} /> : <Moved values={values} set={set} />}
          <Approved values={values} set={set} />
        </>
      )}
    </StatingForm>
  );
}

interface Part {
  values: Values;
  set: (patch: Partial<Values>) => void;
}

function Amount({ values, set }: Part) {
  return (
    <>
      <NativeSelect
        label={t.baseYear.scope}
        value={values.scope}
        data={['1', '2', '3']}
        onChange={(event) => set({ scope: event.currentTarget.value })}
      />
      <TextInput
        required
        inputMode="decimal"
        label={t.baseYear.amount}
        value={values.co2e_t}
        onChange={(event) => set({ co2e_t: event.currentTarget.value })}
      />
    </>
  );
}

function Moved({ values, set }: Part) {
  return (
    <>
      <NativeSelect
        label={t.baseYear.movedBy}
        value={values.by}
        data={MOVED_BY.map((value) => ({ value, label: t.carbon.dimensions[value]! }))}
        onChange={(event) => set({ by: event.currentTarget.value })}
      />
      <TextInput
        required
        label={t.baseYear.movedValue}
        value={values.value}
        onChange={(event) => set({ value: event.currentTarget.value })}
      />
    </>
  );
}

function bodyOf(values: Values, base: string) {
  const { title, day, cause, kind, by, value, scope, co2e_t, text, approved_by } = values;
  return {
    id: idOf(values),
    base_year: base,
    ...given({ title, day, cause, text, approved_by }),
    ...(kind === 'amount'
      ? { changes: [{ scope, co2e_t: co2e_t.trim() }] }
      : { moved: { direction: kind, where: { [by]: [value.trim()] } } }),
  };
}
