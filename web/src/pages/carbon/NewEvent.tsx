/** States what happened to the base year where the books alone do not say it: moved to others, estimated, or organic. */
import { NativeSelect, TextInput } from '@mantine/core';
import { api, dataOf } from '../../api/client.ts';
import { t } from '../../texts.ts';
import { Approved, type Field, given, StatingForm } from './StatingForm.tsx';

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
      .replace(/\p{M}/gu, '')
      // Letters of every script: two events may not become one because neither is written in Latin.
      .replace(/[^\p{L}\p{N}]+/gu, '-')
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
      {(field, { kind }) => (
        <>
          <TextInput required label={t.baseYear.eventTitle} {...field('title')} />
          <TextInput required type="date" label={t.baseYear.day} {...field('day')} />
          <NativeSelect
            label={t.baseYear.cause}
            {...field('cause')}
            data={Object.entries(t.baseYear.causes).map(([value, label]) => ({ value, label }))}
          />
          <NativeSelect
            label={t.baseYear.eventKind}
            {...field('kind')}
            data={Object.entries(t.baseYear.eventKinds).map(([value, label]) => ({ value, label }))}
          />
          {kind === 'amount' ? <Amount field={field} /> : <Moved field={field} />}
          <Approved field={field} />
        </>
      )}
    </StatingForm>
  );
}

interface Part {
  field: Field<keyof Values>;
}

function Amount({ field }: Part) {
  return (
    <>
      <NativeSelect label={t.baseYear.scope} {...field('scope')} data={['1', '2', '3']} />
      <TextInput required inputMode="decimal" label={t.baseYear.amount} {...field('co2e_t')} />
    </>
  );
}

function Moved({ field }: Part) {
  return (
    <>
      <NativeSelect
        label={t.baseYear.movedBy}
        {...field('by')}
        data={MOVED_BY.map((value) => ({ value, label: t.carbon.dimensions[value]! }))}
      />
      <TextInput required label={t.baseYear.movedValue} {...field('value')} />
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
