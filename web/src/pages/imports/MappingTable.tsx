/** Every header of the file and the column that it goes to, with the first values of the file beside it. */
import { NativeSelect } from '@mantine/core';
import type { FilePreview } from '../../api/client.ts';
import type { Stream } from '../../api/queries.ts';
import { t } from '../../texts.ts';

/** Header to column; null leaves a header out. Only what the person chose. */
export type Mapping = Record<string, string | null>;

const LEFT_OUT = '(left out)';
const SAMPLES_SHOWN = 3;

interface Props {
  stream: Stream;
  headers: readonly string[];
  preview: FilePreview | null;
  detected: Record<string, string | null>;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

export function MappingTable({ stream, headers, preview, detected, mapping, onChange }: Props) {
  if (headers.length === 0) return null;
  const choose = (header: string, value: string) => {
    const { [header]: _, ...others } = mapping;
    if (value === '') onChange(others);
    else onChange({ ...others, [header]: value === LEFT_OUT ? null : value });
  };
  return (
    <details className="mapping" open>
      <summary>
        {t.imports.columns} <span className="dimmed">{t.imports.columnsNote}</span>
      </summary>
      <div className="table">
        <div className="table-box mapping-box">
          <table>
            <thead>
              <tr>
                <th scope="col">{t.imports.header}</th>
                <th scope="col">{t.imports.column}</th>
                <th scope="col">{t.imports.sample}</th>
              </tr>
            </thead>
            <tbody>
              {headers.map((header, index) => {
                const found = detected[header];
                const options = columnsOf(stream, header, found);
                return (
                  <tr key={header}>
                    <th scope="row" className="row-head">
                      <code>{header}</code>
                    </th>
                    <td>
                      <NativeSelect
                        aria-label={`${t.imports.column}: ${header}`}
                        value={mapping[header] === null ? LEFT_OUT : (mapping[header] ?? '')}
                        data={[
                          {
                            value: '',
                            label:
                              found === undefined && !options.includes(header)
                                ? t.imports.notChosen
                                : `${t.imports.detect}: ${found === null ? t.imports.leaveOut : (found ?? header)}`,
                          },
                          ...options.map((name) => ({ value: name, label: name })),
                          { value: LEFT_OUT, label: t.imports.leaveOut },
                        ]}
                        onChange={(event) => choose(header, event.currentTarget.value)}
                      />
                    </td>
                    <td className="dimmed">
                      {preview?.rows
                        .map((row) => row[index])
                        .filter(Boolean)
                        .slice(0, SAMPLES_SHOWN)
                        .join(' · ')}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </div>
    </details>
  );
}

function columnsOf(stream: Stream, header: string, found: string | null | undefined): string[] {
  const names = stream.columns.map(({ name }) => name);
  const attribute = stream.attributes ? [`attributes.${header.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`] : [];
  const own = typeof found === 'string' && !names.includes(found) && !attribute.includes(found) ? [found] : [];
  return [...names, ...own, ...attribute];
}
