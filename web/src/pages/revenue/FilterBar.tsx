/**
 * Conditions on customers and subscriptions, one pill each, kept in the address in the API's own language:
 * `country~ANY~'DE','FR'~AND~mrr~GTE~150`.
 */
import { Button, NativeSelect, Pill, Popover, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useSetAddress } from '../../app/address.ts';
import { t } from '../../texts.ts';
import { type Condition, conditionsOf, filtersOf, isNumeric, OPERATORS, operatorsOf, wordsOf } from './conditions.ts';

export function FilterBar({ filters, children }: { filters: string | undefined; children?: React.ReactNode }) {
  const setAddress = useSetAddress();
  const conditions = conditionsOf(filters);
  const set = (next: readonly Condition[]) => setAddress({ filters: filtersOf(next) });
  return (
    <div className="filters no-print">
      {conditions.map((condition) => (
        <Pill
          key={filtersOf([condition])}
          withRemoveButton
          onRemove={() => set(conditions.filter((one) => one !== condition))}
          removeButtonProps={{
            'aria-label': t.filters.takeOut(wordsOf(condition)),
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          {wordsOf(condition)}
        </Pill>
      ))}
      <AddCondition onAdd={(condition) => set([...conditions, condition])} />
      {children}
    </div>
  );
}

function AddCondition({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button variant="default" size="compact-sm" onClick={() => setOpen(!open)} aria-expanded={open}>
          {t.filters.add}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {open && (
          <ConditionForm
            onDone={(condition) => {
              setOpen(false);
              onAdd(condition);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

const CUSTOM = 'custom.';

function ConditionForm({ onDone }: { onDone: (condition: Condition) => void }) {
  const [field, setField] = useState('country');
  const [attribute, setAttribute] = useState('');
  const [operator, setOperator] = useState('ANY');
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const name = field === CUSTOM ? CUSTOM + attribute.trim() : field;
  const operators = operatorsOf(name);
  const chosen = operators.includes(operator) ? operator : operators[0]!;
  const needsValue = chosen !== 'IS' && chosen !== 'IS_NOT';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (field === CUSTOM && attribute.trim() === '') return setProblem(t.filters.noAttribute);
    const values = needsValue ? value.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()])) : [];
    if (needsValue && values.length === 0) return setProblem(t.filters.noValue);
    if (isNumeric(name) && values.some((one) => !/^-?\d+(\.\d+)?$/.test(one))) return setProblem(t.filters.notNumber);
    onDone({ name, operator: chosen, values });
  };
  return (
    <form onSubmit={submit} className="filter-form">
      <NativeSelect
        label={t.filters.field}
        value={field}
        data={[
          ...Object.entries(t.filters.fields).map(([key, label]) => ({ value: key, label })),
          { value: CUSTOM, label: t.filters.custom },
        ]}
        onChange={(event) => setField(event.currentTarget.value)}
      />
      {field === CUSTOM && (
        <TextInput
          label={t.filters.attribute}
          value={attribute}
          onChange={(event) => setAttribute(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        label={t.filters.operator}
        value={chosen}
        data={operators.map((key) => ({ value: key, label: OPERATORS[key]! }))}
        onChange={(event) => setOperator(event.currentTarget.value)}
      />
      {needsValue && (
        <TextInput
          data-autofocus
          label={t.filters.value}
          description={chosen === 'ANY' || chosen === 'NONE' || chosen === 'ALL' ? t.filters.severalNote : undefined}
          value={value}
          error={problem}
          onChange={(event) => {
            setValue(event.currentTarget.value);
            setProblem(null);
          }}
        />
      )}
      <Button type="submit">{t.filters.apply}</Button>
    </form>
  );
}
