/** What went wrong, in the server's own words, with what to do about it. */
import { Alert, Button } from '@mantine/core';
import { ApiError } from '../api/client.ts';
import { t } from '../texts.ts';

const PROBLEMS_SHOWN_MAX = 8;

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const known = error instanceof ApiError ? error : null;
  const problems = known?.problems ?? [];
  return (
    <Alert color="red" variant="light" role="alert" className="problem" title={messageOf(error)}>
      {known?.remedy && <p>{known.remedy}</p>}
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, PROBLEMS_SHOWN_MAX).map((problem) => (
            <li key={`${problem.row}/${problem.field}/${problem.reason}`}>
              {problem.row !== undefined && `${t.common.row(problem.row)}: `}
              {problem.field && <code>{problem.field}</code>} {problem.value && <q>{problem.value}</q>} {problem.reason}
              {problem.remedy && ` (${problem.remedy})`}
            </li>
          ))}
          {problems.length > PROBLEMS_SHOWN_MAX && <li>{t.common.more(problems.length - PROBLEMS_SHOWN_MAX)}</li>}
        </ul>
      )}
      {onRetry && (
        <Button variant="light" color="red" mt="xs" onClick={onRetry}>
          {t.common.tryAgain}
        </Button>
      )}
    </Alert>
  );
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
