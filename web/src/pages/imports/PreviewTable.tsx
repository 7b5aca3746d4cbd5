/** The first rows of the file under the columns that they go to; what would be rejected is marked, with why. */
import type { FilePreview } from '../../api/client.ts';
import type { RejectedRow } from '../../api/queries.ts';
import { t } from '../../texts.ts';
import type { Mapping } from './MappingTable.tsx';

interface Props {
  preview: FilePreview;
  mapping: Mapping;
  rejected: readonly RejectedRow[];
}

export function PreviewTable({ preview, mapping, rejected }: Props) {
  const { headers, rows } = preview;
  if (rows.length === 0) return null;
  const problemsOf = new Map(rejected.map(({ row, problems }) => [row, problems]));
  return (
    <details className="mapping" open>
      <summary>
        {t.imports.preview} <span className="dimmed">{t.imports.previewNote}</span>
      </summary>
      <div className="table table-dense">
        <section
          className="table-box preview-box"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys move it
          tabIndex={0}
          aria-label={t.imports.preview}
        >
          <table>
            <thead>
              <tr>
                <th scope="col" className="numeric">
                  {t.imports.row}
                </th>
                {headers.map((header) => {
                  const column = mapping[header];
                  return (
                    <th key={header} scope="col" className={column === null ? 'left-out' : undefined}>
                      {column === null ? t.imports.leaveOut : (column ?? '?')}
                      {column !== header && (
                        <>
                          <br />
                          <span className="unit">{header}</span>
                        </>
                      )}
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>
              {rows.map((cells, index) => {
                const problems = problemsOf.get(index + 1);
                return (
                  <tr key={index} className={problems && 'row-bad'}>
                    <th scope="row" className="numeric" title={problems?.map(({ reason }) => reason).join('; ')}>
                      {index + 1}
                      {problems && (
                        <span className="visually-hidden"> {problems.map(({ reason }) => reason).join('; ')}</span>
                      )}
                    </th>
                    {headers.map((header, at) => {
                      const bad = problems?.find(({ column }) => column === mapping[header]);
                      return (
                        <td
                          key={header}
                          className={bad ? 'bad' : mapping[header] === null ? 'left-out' : undefined}
                          title={bad?.reason}
                        >
                          {cells[at]}
                        </td>
                      );
                    })}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      </div>
    </details>
  );
}
