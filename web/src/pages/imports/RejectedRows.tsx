/** Rejected rows with what is wrong in them; where `onSend` is given, they can be corrected in place and handed in again. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import type { RejectedRow } from '../../api/queries.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { toCsv } from '../../components/csv.ts';
import { Problem } from '../../components/Problem.tsx';
import { t } from '../../texts.ts';

type Cells = Record<string, string>;
type RowProblem = RejectedRow['problems'][number];

interface Props {
  /** Where the rows stand under another heading, theirs. */
  title?: string;
  note: string;
  rows: readonly RejectedRow[];
  total: number;
  /** The header that a column of the stream was read from. */
  headerOf?: (column: string) => string;
  /** Hands corrected rows in and returns the entry that took them. Throws an ApiError with row numbers from 1. */
  onSend?: (rows: readonly Cells[]) => Promise<number>;
}

export function RejectedRows({ title, note, rows, total, headerOf = (column) => column, onSend }: Props) {
  const [edits, setEdits] = useState<Record<number, Cells>>({});
  const [taken, setTaken] = useState<Record<number, number>>({});
  const [found, setFound] = useState<Record<number, RowProblem[]>>({});
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const corrected = rows.filter(({ row }) => edits[row] !== undefined && taken[row] === undefined);

  const edit = (row: number, header: string, value: string) =>
    setEdits((old) => ({ ...old, [row]: { ...old[row], [header]: value } }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!onSend || corrected.length === 0) return;
    setBusy(true);
    setError(null);
    setSaid('');
    try {
      const seq = await onSend(corrected.map(({ row, cells }) => ({ ...cells, ...edits[row] })));
      setTaken((old) => ({ ...old, ...Object.fromEntries(corrected.map(({ row }) => [row, seq])) }));
      setFound({});
      setSaid(t.imports.resubmitted(corrected.length, seq));
    } catch (problem) {
      setError(problem);
      setFound(problemsByRow(problem, corrected));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {title && <h3>{title}</h3>}
      <p className="dimmed">{note}</p>
      <div className="table">
        <div className="table-bar">
          <span className="dimmed">{rows.length < total ? t.imports.rejectedFirst(rows.length, total) : ''}</span>
          <CopyButton text={() => csvOf(rows)} label={t.common.copyCsv} />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys move it */}
        <section className="table-box rejects-box" aria-label={t.imports.rejectedTitle} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col" className="numeric">
                  {t.imports.row}
                </th>
                <th scope="col">{t.imports.reason}</th>
                <th scope="col">{t.imports.cells}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((rejected) => (
                <Row
                  key={rejected.row}
                  rejected={rejected}
                  problems={found[rejected.row] ?? rejected.problems}
                  edits={edits[rejected.row]}
                  takenAs={taken[rejected.row]}
                  headerOf={headerOf}
                  {...(onSend ? { onEdit: edit } : {})}
                />
              ))}
            </tbody>
          </table>
        </section>
      </div>
      {error !== null && <Problem error={error} />}
      {onSend && (
        <div className="form-row">
          <Button type="submit" disabled={corrected.length === 0} loading={busy}>
            {t.imports.resubmit(corrected.length)}
          </Button>
          <span role="status" className="dimmed">
            {said || (corrected.length === 0 ? t.imports.notCorrected : '')}
          </span>
        </div>
      )}
    </form>
  );
}

interface RowProps {
  rejected: RejectedRow;
  problems: readonly RowProblem[];
  edits: Cells | undefined;
  takenAs: number | undefined;
  headerOf: (column: string) => string;
  onEdit?: (row: number, header: string, value: string) => void;
}

function Row({ rejected: { row, cells }, problems, edits, takenAs, headerOf, onEdit }: RowProps) {
  const [all, setAll] = useState(false);
  const wrong = new Set(problems.map(({ column }) => headerOf(column)));
  const editable = onEdit !== undefined && takenAs === undefined;
  // Cells that are wrong, and those that were changed, stand open; the others on demand.
  const headers = Object.keys(cells).filter((header) => wrong.has(header) || edits?.[header] !== undefined || all);
  for (const header of wrong) if (!(header in cells)) headers.push(header);
  const rest = Object.entries(cells).filter(([header, value]) => !wrong.has(header) && value !== '');
  return (
    <tr className="rejected">
      <th scope="row" className="numeric">
        {row}
      </th>
      <td>
        <ul className="reasons">
          {takenAs !== undefined ? (
            <li>{t.imports.resubmittedState(takenAs)}</li>
          ) : (
            problems.map((problem) => (
              <li key={`${problem.column}${problem.reason}`}>
                <code>{problem.column}</code> {problem.value !== '' && <q>{problem.value}</q>} {problem.reason}
                {problem.remedy && <span className="dimmed">. {problem.remedy}</span>}
              </li>
            ))
          )}
        </ul>
      </td>
      <td>
        <div className="cells">
          {editable &&
            headers.map((header) => (
              <TextInput
                key={header}
                label={header}
                aria-label={t.imports.cell(header, row)}
                className={wrong.has(header) ? 'cell-bad' : ''}
                value={edits?.[header] ?? cells[header] ?? ''}
                onChange={(event) => onEdit(row, header, event.currentTarget.value)}
              />
            ))}
        </div>
        {!all && (
          <span className="dimmed rest">
            {rest
              .slice(0, 6)
              .map(([header, value]) => `${header} ${value}`)
              .join(' · ')}{' '}
            {editable && (
              <button type="button" className="link" onClick={() => setAll(true)}>
                {t.imports.allCells}
              </button>
            )}
          </span>
        )}
      </td>
    </tr>
  );
}

/** The server counts the rows that were handed in; here they are the rows of the file. */
function problemsByRow(error: unknown, sent: readonly RejectedRow[]): Record<number, RowProblem[]> {
  if (!(error instanceof ApiError)) return {};
  const found: Record<number, RowProblem[]> = {};
  for (const { row, field = '', value = '', reason, remedy } of error.problems) {
    const own = row === undefined ? undefined : sent[row - 1]?.row;
    if (own === undefined) continue;
    found[own] = [...(found[own] ?? []), { column: field, value, reason, ...(remedy === undefined ? {} : { remedy }) }];
  }
  return found;
}

function csvOf(rows: readonly RejectedRow[]): string {
  const headers = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  return toCsv([
    [t.imports.row, ...headers, t.imports.reason],
    ...rows.map(({ row, cells, problems }) => [
      String(row),
      ...headers.map((header) => cells[header] ?? ''),
      problems.map(({ column, reason }) => `${column}: ${reason}`).join('; '),
    ]),
  ]);
}
