/** Requests to /api, typed by its OpenAPI document. Every failure is an `ApiError` that a person can read. */
import createClient from 'openapi-fetch';
import { currentKey, keyRefused } from '../session.ts';
import { t } from '../texts.ts';
import type { paths } from './schema.d.ts';

export type ProblemDocument = paths['/api/account']['get']['responses']['4XX']['content']['application/problem+json'];
export type ProblemItem = ProblemDocument['problems'][number];
export type FilePreview = NonNullable<ProblemDocument['file']>;

export class ApiError extends Error {
  readonly status: number;
  readonly remedy: string | null;
  readonly problems: ProblemItem[];
  readonly code: string;
  /** What stands in a file whose header does not fit. */
  readonly file: FilePreview | null;

  constructor(
    status: number,
    code: string,
    message: string,
    remedy: string | null,
    problems: ProblemItem[] = [],
    file: FilePreview | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.problems = problems;
    this.file = file;
  }
}

/**
 * `fetch` with the key. Credentials are omitted because a browser would otherwise ask for a user name itself when a 401
 * offers Basic authentication.
 */
export async function apiFetch(path: string | Request, init: RequestInit & { key?: string } = {}): Promise<Response> {
  const { key = currentKey(), ...rest } = init;
  const request = new Request(path, { ...rest, credentials: 'omit' });
  if (key !== null) request.headers.set('authorization', `Bearer ${key}`);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError(0, 'unreachable', t.errors.unreachable, t.errors.unreachableRemedy);
  }
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (response.status === 401 && init.key === undefined && key !== null && key === currentKey()) keyRefused();
  throw problem;
}

async function readProblem(response: Response): Promise<ApiError> {
  try {
    const document = (await response.json()) as ProblemDocument;
    return new ApiError(
      response.status,
      document.code,
      document.detail || document.title,
      document.remedy,
      document.problems ?? [],
    );
  } catch {
    return new ApiError(
      response.status,
      'unreadable',
      t.errors.unreadable(response.status),
      t.errors.unreachableRemedy,
    );
  }
}

/** Typed calls: `await api.GET('/api/journal', { params: … })`. They throw instead of returning an error. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request: Request) => apiFetch(request),
});

/** The data of a typed call. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

/** A file of the API (a template, rejected rows) into the person's downloads. */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await apiFetch(path);
  saveBlob(await response.blob(), fileName);
}

export function saveBlob(blob: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
