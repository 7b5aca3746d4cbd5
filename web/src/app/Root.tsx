/** The frame of every page: signed out, it is the sign-in; signed in, the shell with the explanation beside it. */
import { Outlet } from '@tanstack/react-router';
import { useFollowJournal, useHead } from '../api/live.ts';
import { usePollJournal } from '../api/queries.ts';
import { ExplainPanel } from '../explain/ExplainPanel.tsx';
import { SignIn, SignInAgain } from '../pages/SignIn.tsx';
import { useKey } from '../session.ts';
import { Shell } from './Shell.tsx';

export function Root() {
  return useKey() === null ? <SignIn /> : <SignedIn />;
}

function SignedIn() {
  useFollowJournal();
  usePollJournal(useHead() === null);
  return (
    <>
      <Shell>
        <Outlet />
      </Shell>
      <ExplainPanel />
      <SignInAgain />
    </>
  );
}
