/** Sign-in by API key; and again, over the page as it stands, when the key has stopped working. */
import { Alert, Button, Modal, PasswordInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, apiFetch } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { Problem } from '../components/Problem.tsx';
import { signIn, signOut, useEnded } from '../session.ts';
import { t } from '../texts.ts';

export function SignIn() {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Title order={1}>
          <img src="/favicon.svg" alt="" width="28" height="28" /> {t.app.name}
        </Title>
        <p>{t.signIn.about}</p>
        <KeyForm onDone={() => queryClient.clear()} />
        <details>
          <summary>{t.signIn.where}</summary>
          <p>{t.signIn.whereAnswer}</p>
          <pre>{t.signIn.whereCommand}</pre>
        </details>
      </div>
    </main>
  );
}

export function SignInAgain() {
  const ended = useEnded();
  return (
    <Modal
      opened={ended === 'expired'}
      onClose={() => {}}
      withCloseButton={false}
      title={t.signIn.again}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Alert color="yellow" variant="light" mb="sm">
        {t.signIn.againAbout}
      </Alert>
      <KeyForm onDone={() => void queryClient.invalidateQueries()} />
      <Button
        variant="subtle"
        color="gray"
        mt="sm"
        onClick={() => {
          queryClient.clear();
          signOut();
        }}
      >
        {t.app.signOut}
      </Button>
    </Modal>
  );
}

/** Tries the key before it is taken. What was typed stays when it is refused. */
function KeyForm({ onDone }: { onDone: () => void }) {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = key.trim();
    if (typed === '') return setProblem(new Error(t.signIn.empty));
    if (!/^[\x21-\x7e]+$/.test(typed))
      return setProblem(new ApiError(401, 'unauthenticated', t.signIn.refused, t.signIn.refusedRemedy));
    setBusy(true);
    setProblem(null);
    try {
      await apiFetch('/api/account', { key: typed });
      signIn(typed);
      onDone();
    } catch (error) {
      setProblem(inWords(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <PasswordInput
        data-autofocus
        label={t.signIn.key}
        placeholder="fk_…"
        size="sm"
        value={key}
        autoComplete="current-password"
        spellCheck={false}
        onChange={(event) => setKey(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t.signIn.show }}
      />
      {problem !== null && <Problem error={problem} />}
      <Button type="submit" size="sm" mt="sm" fullWidth loading={busy}>
        {t.signIn.submit}
      </Button>
    </form>
  );
}

function inWords(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.status === 401) return new ApiError(401, error.code, t.signIn.refused, t.signIn.refusedRemedy);
  if (error.status === 403) return new ApiError(403, error.code, t.signIn.instance, t.signIn.instanceRemedy);
  return error;
}
