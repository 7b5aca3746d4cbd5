/** The form of a rule. What was typed stays until the rule is stated. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { readAgain } from '../../api/queries.ts';
import type { paths } from '../../api/schema.d.ts';
import { Section, Stat } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { difference, tonnes, tonnesOfKilograms, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

type Body = NonNullable<paths['/api/carbon/rules']['post']['requestBody']>['content']['application/json'];
type RuleInput = Body['rules'][number];
type Preview = paths['/api/carbon/rules']['post']['responses'][200]['content']['application/json'];

interface Condition {
  field: string;
  attribute: string;
  op: string;
  values: string;
}
interface Draft {
  rule: string;
  conditions: Condition[];
  target: 'family' | 'factor' | 'none';
  uses: string;
  reason: string;
  priority: string;
  first_year: string;
  last_year: string;
}

const CONDITION: Condition = { field: 'activity', attribute: '', op: 'is', values: '' };
const EMPTY: Draft = {
  rule: '',
  conditions: [CONDITION],
  target: 'family',
  uses: '',
  reason: '',
  priority: '',
  first_year: '',
  last_year: '',
};

export function NewRule() {
  const [draft, setDraft] = useState(EMPTY);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [stated, setStated] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const change = (patch: Partial<Draft>) => {
    setPreview(null);
    setStated(null);
    setDraft((old) => ({ ...old, ...patch }));
  };
  const send = async (only: 'preview' | 'state') => {
    setBusy(true);
    setError(null);
    try {
      const body = { rules: [inputOf(draft)], ...(only === 'preview' ? { preview: true } : {}) };
      const answer = await dataOf(api.POST('/api/carbon/rules', { body: body as never }));
      if (only === 'preview') return setPreview(answer as Preview);
      setStated((answer as unknown as { seq: number }).seq);
      setDraft(EMPTY);
      setPreview(null);
      readAgain();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send('preview');
  };
  return (
    <Section title={t.rules.newTitle} note={t.rules.newNote}>
      <form onSubmit={submit}>
        <Conditions
          conditions={draft.conditions}
          onChange={(conditions) => change({ conditions })}
          name={
            <TextInput
              label={t.rules.name}
              required
              value={draft.rule}
              onChange={(event) => change({ rule: event.currentTarget.value })}
            />
          }
        />
        <Target draft={draft} onChange={change} />
        <div className="form-row">
          <Button type="submit" variant="light" loading={busy && preview === null}>
            {t.rules.preview}
          </Button>
          <Button disabled={preview === null} loading={busy && preview !== null} onClick={() => void send('state')}>
            {t.rules.state}
          </Button>
          <span role="status">{stated !== null && t.rules.stated(stated)}</span>
        </div>
      </form>
      {error !== null && <Problem error={error} />}
      {preview !== null && <Effect preview={preview} />}
    </Section>
  );
}

function Conditions({
  conditions,
  onChange,
  name,
}: {
  conditions: readonly Condition[];
  onChange: (conditions: Condition[]) => void;
  name: ReactNode;
}) {
  const set = (index: number, patch: Partial<Condition>) =>
    onChange(conditions.map((one, at) => (at === index ? { ...one, ...patch } : one)));
  return (
    <>
      <div className="form-row">{name}</div>
      {conditions.map(({ field, attribute, op, values }, index) => (
        <div className="form-row" key={index}>
          <NativeSelect
            label={t.rules.field}
            value={field}
            data={Object.entries(t.rules.fields).map(([value, label]) => ({ value, label }))}
            onChange={(event) => set(index, { field: event.currentTarget.value })}
          />
          {field === 'attributes' && (
            <TextInput
              label={t.rules.attributeName}
              required
              value={attribute}
              onChange={(event) => set(index, { attribute: event.currentTarget.value })}
            />
          )}
          <NativeSelect
            label={t.rules.op}
            value={op}
            data={Object.entries(t.rules.ops).map(([value, label]) => ({ value, label }))}
            onChange={(event) => set(index, { op: event.currentTarget.value })}
          />
          <TextInput
            label={t.rules.values}
            className="wide-field"
            required
            value={values}
            onChange={(event) => set(index, { values: event.currentTarget.value })}
          />
          {conditions.length > 1 && (
            <Button
              variant="subtle"
              color="gray"
              aria-label={t.rules.dropCondition(index + 1)}
              onClick={() => onChange(conditions.filter((_, at) => at !== index))}
            >
              ✕
            </Button>
          )}
        </div>
      ))}
      <div className="form-row">
        <Button variant="subtle" size="compact-xs" onClick={() => onChange([...conditions, CONDITION])}>
          {t.rules.addCondition}
        </Button>
      </div>
    </>
  );
}

function Target({ draft, onChange }: { draft: Draft; onChange: (patch: Partial<Draft>) => void }) {
  const field = (name: 'reason' | 'priority' | 'first_year' | 'last_year', label: string, required = false) => (
    <TextInput
      label={label}
      required={required}
      inputMode={name === 'reason' ? 'text' : 'numeric'}
      value={draft[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <div className="form-row">
      <NativeSelect
        label={t.rules.target}
        value={draft.target}
        data={Object.entries(t.rules.targets).map(([value, label]) => ({ value, label }))}
        onChange={(event) => onChange({ target: event.currentTarget.value as Draft['target'] })}
      />
      {draft.target !== 'none' && (
        <TextInput
          label={draft.target === 'family' ? t.rules.family : t.rules.factor}
          className="wide-field"
          required
          value={draft.uses}
          onChange={(event) => onChange({ uses: event.currentTarget.value })}
        />
      )}
      {field('reason', t.rules.reason, draft.target === 'none')}
      {field('priority', t.rules.priority)}
      {field('first_year', t.rules.firstYear)}
      {field('last_year', t.rules.lastYear)}
    </div>
  );
}

function Effect({ preview }: { preview: Preview }) {
  const { lines, descriptors, before_kg, after_kg, held_lines } = preview;
  const stat = (label: string, kilograms: string) => (
    <Stat label={label} value={tonnes(tonnesOfKilograms(kilograms))} unit={t.carbon.unit} />
  );
  return (
    <div role="status">
      <p>{t.rules.effect(lines, descriptors)}</p>
      <div className="stats stats-small">
        {stat(t.rules.before, before_kg)}
        {stat(t.rules.after, after_kg)}
        {stat(t.rules.change, difference(after_kg, before_kg))}
      </div>
      {preview.still_held.length > 0 && (
        <p>
          {t.rules.stillHeld(held_lines)}{' '}
          {preview.still_held.map(({ activity, year, lines: held, detail }) => (
            <span key={`${activity} ${year}`}>
              {activity} {year} ({whole(held)}): {detail}.{' '}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

/** As the API takes it. Numbers that are none are sent as they are, so that the server says what is wrong with them. */
function inputOf({ rule, conditions, target, uses, reason, priority, first_year, last_year }: Draft): RuleInput {
  const number = (name: string, text: string) =>
    text.trim() === '' ? {} : { [name]: /^-?\d+$/.test(text.trim()) ? Number(text) : text.trim() };
  return {
    rule: rule.trim(),
    when: conditions.map(({ field, attribute, op, values }) => ({
      field: field === 'attributes' ? `attributes.${attribute.trim()}` : field,
      op: op as RuleInput['when'][number]['op'],
      values: values
        .split(',')
        .map((value) => value.trim())
        .filter((value) => value !== ''),
    })),
    ...(target === 'family' ? { family: uses.trim() } : { factor: target === 'factor' ? uses.trim() : null }),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    ...number('priority', priority),
    ...number('first_year', first_year),
    ...number('last_year', last_year),
  };
}
