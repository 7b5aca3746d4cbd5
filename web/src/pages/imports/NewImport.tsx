/** A file from the drop to the entry: look first, map its columns, see what would be rejected, then import. */
import { Button, Checkbox, NativeSelect, Progress, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, type FilePreview } from '../../api/client.ts';
import { readAgain, type Stream, useStreams } from '../../api/queries.ts';
import { type DryRun, type Stated, sendFile } from '../../api/upload.ts';
import { Section } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { bytes, seconds } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { type Mapping, MappingTable } from './MappingTable.tsx';
import { PreviewTable } from './PreviewTable.tsx';
import { ReadOptions, type ReadOptionValues } from './ReadOptions.tsx';
import { RejectedRows } from './RejectedRows.tsx';

interface State {
  file: File | null;
  stream: string;
  source: string;
  options: ReadOptionValues;
  mapping: Mapping;
  allOrNothing: boolean;
  remember: boolean;
  /** What the server found, for exactly the inputs above; null when they have changed since. */
  found: DryRun | null;
  /** The last answer, kept to show the columns while inputs change. */
  lastFound: DryRun | null;
  /** The first rows, of the last answer or refusal. */
  preview: FilePreview | null;
  error: unknown;
  sending: { bytes: number; sent: number; checking: boolean; began: number } | null;
  already: boolean;
}

const CHECKED_AT_ONCE_BYTES_MAX = 8_000_000;
const TYPING_MS = 350;

const EMPTY: State = {
  file: null,
  stream: '',
  source: '',
  options: {},
  mapping: {},
  allOrNothing: false,
  remember: false,
  found: null,
  lastFound: null,
  preview: null,
  error: null,
  sending: null,
  already: false,
};

export function NewImport() {
  const [state, setState] = useState<State>(EMPTY);
  const streams = useStreams().data?.streams ?? [];
  const navigate = useNavigate();
  const change = (patch: Partial<State>) => setState((old) => ({ ...old, ...patch }));
  /** Inputs that decide how the file is read: what was found before no longer counts. */
  const changeInput = (patch: Partial<State>) => change({ found: null, already: false, ...patch });

  const take = (file: File) => {
    const stream =
      state.stream ||
      streamOf(
        file.name,
        streams.map(({ name }) => name),
      );
    changeInput({ file, stream, mapping: {}, lastFound: null, preview: null, error: null });
  };
  const running = useRef<AbortController | null>(null);
  const soon = useRef<ReturnType<typeof setTimeout>>(undefined);
  const send = async (checking: boolean) => {
    const { file, stream } = state;
    if (!file || stream === '') return;
    // What is being checked with other inputs is of no interest any more, and a check that is still to come would cut this one off.
    running.current?.abort();
    clearTimeout(soon.current);
    const own = new AbortController();
    running.current = own;
    const sending = { bytes: file.size, sent: 0, checking, began: performance.now() };
    change({ error: null, already: false, sending });
    try {
      const onSent = (sent: number) => change({ sending: { ...sending, sent } });
      const answer = await sendFile(stream, queryOf(state, checking), file, onSent, own.signal);
      if (answer.outcome === 'dry-run') {
        const found = answer as DryRun;
        change({ found, lastFound: found, preview: found.preview });
      } else {
        const stated = answer as Stated;
        readAgain();
        if (stated.outcome === 'already') change({ already: true });
        else await navigate({ to: '/imports/$seq', params: { seq: String(stated.import.seq) } });
      }
    } catch (error) {
      if (own.signal.aborted) return;
      const file = error instanceof ApiError && error.file !== null ? { preview: error.file } : {};
      change({ error, ...file, ...(checking ? { found: null } : {}) });
    }
    if (running.current === own) change({ sending: null });
  };
  // Small files are checked at once and after every change; large ones when it is asked for.
  const { file, stream, source, options, mapping } = state;
  const inputs = JSON.stringify([stream, source, options, mapping]);
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    if (!file || stream === '' || file.size > CHECKED_AT_ONCE_BYTES_MAX) return;
    soon.current = setTimeout(() => void latest.current(true), TYPING_MS);
    return () => clearTimeout(soon.current);
  }, [file, stream, inputs]);
  const check = (event: FormEvent) => {
    event.preventDefault();
    void send(true);
  };
  const definition = streams.find(({ name }) => name === state.stream);
  return (
    <Section title={t.imports.newTitle} note={t.imports.newNote}>
      <form onSubmit={check}>
        <Drop file={state.file} onFile={take} />
        {state.file && (
          <>
            <div className="form-row">
              <NativeSelect
                label={t.imports.stream}
                value={state.stream}
                required
                data={[
                  { value: '', label: t.imports.streamChoose },
                  ...streams.map(({ name, title }) => ({ value: name, label: title })),
                ]}
                onChange={(event) =>
                  changeInput({
                    stream: event.currentTarget.value,
                    mapping: {},
                    lastFound: null,
                    preview: null,
                    error: null,
                  })
                }
              />
              <TextInput
                label={t.imports.source}
                title={t.imports.sourceNote}
                placeholder="default"
                value={state.source}
                onChange={(event) => changeInput({ source: event.currentTarget.value })}
              />
              <ReadOptions
                values={state.options}
                detected={state.lastFound?.options}
                onChange={(options) => changeInput({ options })}
              />
              <Button
                type="submit"
                variant={state.found ? 'light' : 'filled'}
                disabled={state.stream === ''}
                loading={state.sending?.checking === true}
              >
                {t.imports.check}
              </Button>
            </div>
            {state.sending && <Sending sending={state.sending} />}
            {state.error !== null && <Problem error={state.error} />}
            {state.already && <p role="status">{t.imports.already}</p>}
          </>
        )}
      </form>
      {state.file && definition && (state.lastFound || isAboutColumns(state.error)) && (
        <MappingTable
          stream={definition}
          headers={headersOf(state)}
          preview={state.preview}
          detected={state.lastFound?.options.mapping ?? {}}
          mapping={state.mapping}
          onChange={(mapping) => changeInput({ mapping })}
        />
      )}
      {state.preview && definition && (state.lastFound || isAboutColumns(state.error)) && (
        <PreviewTable
          preview={state.preview}
          mapping={{ ...sameNames(definition, state.preview), ...state.lastFound?.options.mapping, ...state.mapping }}
          rejected={state.found?.rejected ?? []}
        />
      )}
      {state.file && state.lastFound && !state.found && <p className="dimmed">{t.imports.mappingChanged}</p>}
      {state.found && (
        <>
          <p role="status">
            {state.found.counts.rows === 0
              ? t.imports.headerOnly
              : t.imports.foundCounts(
                  state.found.counts.rows,
                  state.found.counts.accepted,
                  state.found.counts.rejected,
                )}
            {state.found.counts.superseded > 0 && ` ${t.imports.foundSuperseded(state.found.counts.superseded)}`}
          </p>
          {state.found.notes.length > 0 && (
            <ul className="dimmed">
              {state.found.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
          {state.found.rejected.length > 0 && (
            <RejectedRows
              title={t.imports.rejectedTitle}
              note={t.imports.rejectedWould}
              rows={state.found.rejected}
              total={state.found.counts.rejected}
            />
          )}
          <div className="form-row">
            <Checkbox
              label={t.imports.allOrNothing}
              checked={state.allOrNothing}
              onChange={(event) => change({ allOrNothing: event.currentTarget.checked })}
            />
            {Object.keys(state.mapping).length > 0 && (
              <Checkbox
                label={t.imports.remember}
                checked={state.remember}
                onChange={(event) => change({ remember: event.currentTarget.checked })}
              />
            )}
            <Button
              onClick={() => void send(false)}
              disabled={state.found.counts.accepted === 0}
              loading={state.sending?.checking === false}
            >
              {t.imports.start(state.found.counts.accepted)}
            </Button>
            {state.found.counts.accepted === 0 && state.found.counts.rows > 0 && (
              <span className="dimmed">{t.imports.allRejected}</span>
            )}
            <Button variant="subtle" color="gray" onClick={() => setState(EMPTY)}>
              {t.common.cancel}
            </Button>
          </div>
        </>
      )}
    </Section>
  );
}

function queryOf({ file, source, options, mapping, allOrNothing, remember }: State, checking: boolean) {
  return {
    mode: checking ? 'dry-run' : allOrNothing ? 'all' : 'rows',
    file_name: file!.name,
    ...(source.trim() === '' ? {} : { source: source.trim() }),
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== '')),
    ...(Object.keys(mapping).length === 0 ? {} : { mapping: JSON.stringify(mapping) }),
    ...(remember && !checking && Object.keys(mapping).length > 0 ? { remember_mapping: 'true' } : {}),
  };
}

/** The server refused the header: then its columns are what has to be worked on. */
const isAboutColumns = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.code === 'invalid' && error.problems.some(({ row }) => row === undefined);

/** Headers that are columns by their own name: known also while the server refuses the others. */
const sameNames = ({ columns }: Stream, { headers }: FilePreview): Mapping =>
  Object.fromEntries(headers.filter((header) => columns.some(({ name }) => name === header)).map((one) => [one, one]));

function headersOf({ lastFound, preview, error }: State): string[] {
  if (preview) return preview.headers;
  if (lastFound) return Object.keys(lastFound.options.mapping);
  return isAboutColumns(error) ? error.problems.flatMap(({ field }) => (field === undefined ? [] : [field])) : [];
}

/** The kind of record that the name of a file speaks of: the longest that it begins with, or contains. */
function streamOf(fileName: string, names: readonly string[]): string {
  const name = fileName.toLowerCase().replaceAll('-', '_');
  const longest = (found: readonly string[]) => found.toSorted((a, b) => b.length - a.length)[0];
  return (
    longest(names.filter((one) => name.startsWith(one))) ?? longest(names.filter((one) => name.includes(one))) ?? ''
  );
}

function Drop({ file, onFile }: { file: File | null; onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  return (
    <fieldset
      className={over ? 'drop drop-over' : 'drop'}
      aria-label={t.imports.file}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {file ? (
        <strong>
          {file.name} <span className="unit">{bytes(file.size)}</span>
        </strong>
      ) : (
        t.imports.drop
      )}{' '}
      <Button variant={file ? 'subtle' : 'light'} onClick={() => input.current?.click()}>
        {file ? t.imports.another : t.imports.choose}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t.imports.file}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) onFile(chosen);
          event.currentTarget.value = '';
        }}
      />
    </fieldset>
  );
}

/** Below that a rate is a guess. */
const RATE_AFTER_MS = 1_000;

/** How much has left, how fast, and how long the rest takes; then that the server is at work. */
function Sending({ sending: { bytes: size, sent, checking, began } }: { sending: NonNullable<State['sending']> }) {
  const isSent = sent >= size;
  const elapsed = performance.now() - began;
  const rate = elapsed < RATE_AFTER_MS ? 0 : (sent * 1_000) / elapsed;
  return (
    <div role="status">
      <p className="dimmed">
        {isSent ? (checking ? t.imports.checking : t.imports.taking) : t.imports.sending(bytes(sent), bytes(size))}
        {!isSent &&
          rate > 0 &&
          `, ${t.imports.bytesRate(bytes(rate))}, ${t.imports.left(seconds((size - sent) / rate))}`}
      </p>
      <Progress
        value={size === 0 ? 100 : (100 * sent) / size}
        animated={isSent}
        size="sm"
        aria-label={t.imports.progress}
      />
    </div>
  );
}
