/** Forms that state a base year and a target. */
import { NativeSelect, TextInput } from '@mantine/core';
import { api, dataOf } from '../../api/client.ts';
import { t } from '../../texts.ts';
import { Approved, given, StatingForm } from './StatingForm.tsx';

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
      {(field) => (
        <>
          <TextInput type="month" required label={t.baseYear.first} {...field('from')} />
          <TextInput type="month" required label={t.baseYear.last} {...field('to')} />
          <NativeSelect
            label={t.baseYear.scope2}
            {...field('scope_2')}
            data={Object.entries(t.baseYear.methods).map(([value, label]) => ({ value, label }))}
          />
          <TextInput inputMode="decimal" placeholder="5" label={t.baseYear.threshold} {...field('threshold_percent')} />
          <Approved field={field} />
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
      {(field) => (
        <>
          <TextInput required label={t.baseYear.name} {...field('name')} />
          <NativeSelect
            label={t.baseYear.scopes}
            {...field('scopes')}
            data={SCOPES.map((value) => ({ value, label: value.replaceAll(',', ', ') }))}
          />
          <TextInput required type="number" label={t.baseYear.targetYear} {...field('target_year')} />
          <TextInput required inputMode="decimal" label={t.baseYear.reduction} {...field('reduction_percent')} />
          <Approved field={field} />
        </>
      )}
    </StatingForm>
  );
}
