import { Problem } from '../components/Problem.tsx';
import { t } from '../texts.ts';

export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  return <Problem error={error} onRetry={reset} />;
}

export function RouteMissing() {
  return <Problem error={new Error(t.errors.noSuchPage)} />;
}
