/** API keys: made, shown once, revoked. */
import { Alert, Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, api, dataOf } from '../../api/client.ts';
import { type ApiKey, queryClient, useKeys } from '../../api/queries.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { DataTable } from '../../components/DataTable.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { instant } from '../../format/dates.ts';
import { t } from '../../texts.ts';

const ROLES = ['read', 'write', 'admin'] as const;
type Role = (typeof ROLES)[number];

export function Keys() {
  const keys = useKeys();
  const [error, setError] = useState<unknown>(null);
  const revoke = async ({ id, name }: ApiKey) => {
    if (!window.confirm(t.settings.revokeSure(name))) return;
    setError(null);
    try {
      await api.DELETE('/api/keys/{id}', { params: { path: { id } } });
    } catch (problem) {
      setError(problem);
    }
    void queryClient.invalidateQueries({ queryKey: ['keys'] });
  };
  if (keys.error instanceof ApiError && keys.error.status === 403) {
    return (
      <Section title={t.settings.keys}>
        <p className="dimmed">{t.settings.notAdmin}</p>
      </Section>
    );
  }
  return (
    <Section title={t.settings.keys} note={t.settings.keysNote}>
      <NewKey />
      {error !== null && <Problem error={error} />}
      <Shown of={keys} height={120}>
        {({ keys: all }) => (
          <DataTable
            caption={t.settings.keys}
            rows={all}
            rowKey={({ id }) => id}
            columns={[
              { key: 'name', label: t.settings.keyName, head: true, text: ({ name }) => name },
              { key: 'role', label: t.settings.role, text: ({ role }) => t.settings.roles[role] ?? role },
              {
                key: 'when',
                label: t.settings.when,
                text: ({ created_at }) => created_at,
                cell: ({ created_at }) => instant(created_at),
              },
              { key: 'by', label: t.settings.by, text: ({ created_by }) => created_by },
              {
                key: 'state',
                label: t.settings.state,
                text: ({ revoked_at }) => (revoked_at === null ? t.settings.valid : t.settings.revoked),
              },
              {
                key: 'revoke',
                label: '',
                text: () => '',
                cell: (key) =>
                  key.revoked_at === null && (
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-xs"
                      aria-label={`${t.settings.revoke}: ${key.name}`}
                      onClick={() => void revoke(key)}
                    >
                      {t.settings.revoke}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}

/** What was typed stays until the key is made. */
function NewKey() {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('write');
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return setError(new Error(t.settings.nameMissing));
    setBusy(true);
    setError(null);
    try {
      const made = await dataOf(api.POST('/api/keys', { body: { name: name.trim(), role } }));
      setSecret(made.secret);
      setName('');
      void queryClient.invalidateQueries({ queryKey: ['keys'] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div className="form-row">
        <TextInput
          label={t.settings.keyName}
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={t.settings.role}
          value={role}
          data={ROLES.map((value) => ({ value, label: t.settings.roles[value]! }))}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        />
        <Button type="submit" loading={busy}>
          {t.settings.makeKey}
        </Button>
      </div>
      {error !== null && <Problem error={error} />}
      {secret !== null && (
        <Alert color="ledger" variant="light" role="status" mt="sm" title={t.settings.made}>
          <code className="mono">{secret}</code> <CopyButton text={() => secret} label={t.settings.copyKey} />
        </Alert>
      )}
    </form>
  );
}
