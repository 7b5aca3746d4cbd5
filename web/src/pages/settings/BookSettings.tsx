/** Rules of the revenue book. What is changed is tried on the last year before it is stated. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { type Answer, asOfPart, queryClient, readAgain, useYears } from '../../api/queries.ts';
import { useAsOf } from '../../app/address.ts';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { t } from '../../texts.ts';
import { type Effect, SettingsEffect } from './SettingsEffect.tsx';

type Setting = Answer<'/api/settings'>['settings'][number];
type Value = string | number | boolean | null | { [name: string]: Value };
type Draft = Record<string, Value>;

export function BookSettings() {
  const asOf = useAsOf();
  const settings = useQuery({
    queryKey: ['settings', asOf],
    queryFn: () => dataOf(api.GET('/api/settings', { params: { query: asOfPart(asOf) } })),
  });
  return (
    <Section title={t.bookSettings.title} note={t.bookSettings.note}>
      <Shown of={settings} height={320}>
        {(answer) => <Form settings={answer.settings} canState={asOf === undefined} />}
      </Shown>
    </Section>
  );
}

function Form({ settings, canState }: { settings: readonly Setting[]; canState: boolean }) {
  const year = useYears()?.latest;
  const [draft, setDraft] = useState<Draft>({});
  const [effect, setEffect] = useState<Effect | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changed = Object.keys(draft).length > 0;
  const change = (setting: Setting, value: Value) => {
    setEffect(null);
    const { [setting.name]: _, ...others } = draft;
    setDraft(same(value, setting.value as Value) ? others : { ...others, [setting.name]: value });
  };
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const preview = () =>
    act(async () => {
      const range = year ? { from: `${year}-01`, to: `${year}-12` } : {};
      setEffect(
        await dataOf(
          api.POST('/api/what-if/revenue', { body: { settings: draft as never, ...range, interval: 'year' as const } }),
        ),
      );
    });
  const state = () =>
    act(async () => {
      await dataOf(api.POST('/api/settings', { body: { settings: draft as never } }));
      setDraft({});
      setEffect(null);
      readAgain();
      void queryClient.invalidateQueries({ queryKey: ['account'] });
    });
  return (
    <>
      <div className="settings-grid">
        {settings.map((setting) => (
          <div key={setting.name} className="setting">
            <Field
              setting={setting}
              value={draft[setting.name] ?? (setting.value as Value)}
              onChange={(value) => change(setting, value)}
            />
            <p className="dimmed">
              {inWords(setting.words)}
              {setting.stated && ` ${t.bookSettings.stated}`}
            </p>
          </div>
        ))}
      </div>
      <div className="form-row">
        <Button variant="light" disabled={!changed} loading={busy} onClick={() => void preview()}>
          {t.bookSettings.preview}
        </Button>
        <Button disabled={effect === null || !canState} loading={busy} onClick={() => void state()}>
          {t.bookSettings.state}
        </Button>
        {changed && (
          <Button
            variant="subtle"
            color="gray"
            onClick={() => {
              setDraft({});
              setEffect(null);
            }}
          >
            {t.common.cancel}
          </Button>
        )}
        <span className="dimmed">{canState ? t.bookSettings.first : t.queue.notThen}</span>
      </div>
      {error !== null && <Problem error={error} />}
      {effect && <SettingsEffect effect={effect} />}
    </>
  );
}

const same = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b);
const wordOf = (value: string): string => t.bookSettings.values[value] ?? value.replaceAll('_', ' ');

/** Choices by the names that they have in their lists. */
const inWords = (text: string): string => text.replace(/\b[a-z]\w*_\w+\b/g, wordOf);

interface FieldProps {
  setting: Setting;
  value: Value;
  onChange: (value: Value) => void;
}

/** A setting is a choice, a switch, a number, a text, or several of them together. */
function Field({ setting, value, onChange }: FieldProps) {
  const { name, title, choices } = setting;
  const base = setting.default as Value;
  if (typeof base === 'object' && base !== null)
    return <Several title={title} value={value as Draft} onChange={onChange} />;
  if (choices) {
    const isSwitch = typeof base === 'boolean';
    return (
      <NativeSelect
        label={title}
        value={String(value)}
        data={choices.map((choice) => ({ value: choice, label: wordOf(choice) }))}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange(isSwitch ? chosen === 'true' : chosen);
        }}
      />
    );
  }
  const isNumber = typeof base === 'number';
  return (
    <TextInput
      label={title}
      inputMode={isNumber ? 'numeric' : 'text'}
      value={value === null ? '' : String(value)}
      placeholder={name === 'currency' ? t.bookSettings.everyCurrency : ''}
      onChange={(event) => {
        const text = event.currentTarget.value.trim();
        if (text === '') onChange(null);
        else if (isNumber) onChange(/^\d{1,9}$/.test(text) ? Number(text) : text);
        else onChange(name === 'currency' ? text.toUpperCase() : text);
      }}
    />
  );
}

function Several({ title, value, onChange }: { title: string; value: Draft; onChange: (value: Value) => void }) {
  return (
    <fieldset className="several">
      <legend>{title}</legend>
      {Object.entries(value).map(([group, fields]) => (
        <div key={group}>
          <strong>{wordOf(group)}</strong>
          {Object.entries(fields as Draft).map(([name, own]) => {
            const isSwitch = typeof own === 'boolean';
            return (
              <NativeSelect
                key={name}
                label={wordOf(name)}
                aria-label={`${wordOf(group)}: ${wordOf(name)}`}
                value={String(own)}
                data={(isSwitch ? ['true', 'false'] : ['open', 'paid']).map((one) => ({
                  value: one,
                  label: wordOf(one),
                }))}
                onChange={(event) => {
                  const chosen = event.currentTarget.value;
                  onChange({
                    ...value,
                    [group]: { ...(fields as Draft), [name]: isSwitch ? chosen === 'true' : chosen },
                  });
                }}
              />
            );
          })}
        </div>
      ))}
    </fieldset>
  );
}
