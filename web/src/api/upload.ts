/** A file as the body of a request, with progress of the sending. */
import { currentKey, keyRefused } from '../session.ts';
import { t } from '../texts.ts';
import { ApiError, apiFetch, type ProblemDocument } from './client.ts';
import type { Import } from './queries.ts';
import type { paths } from './schema.d.ts';

export type ImportAnswer = paths['/api/imports/{stream}']['post']['responses'][200]['content']['application/json'];
export type DryRun = Extract<ImportAnswer, { outcome: 'dry-run' }>;
export type Stated = { outcome: 'stated' | 'already'; import: Import };

/**
 * Sends the file. `fetch` tells nothing of how much has left, so this is an XMLHttpRequest; the key is tried before, because
 * with a refused one a browser would ask for a user name by itself.
 */
export async function sendFile(
  stream: string,
  query: Record<string, string>,
  file: Blob,
  onSent: (bytes: number) => void = () => {},
  signal?: AbortSignal,
): Promise<ImportAnswer> {
  await apiFetch('/api/account');
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/imports/${stream}?${new URLSearchParams(query)}`);
    request.setRequestHeader('authorization', `Bearer ${currentKey()}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (event) => onSent(event.loaded);
    signal?.addEventListener('abort', () => request.abort());
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    request.onerror = () => reject(new ApiError(0, 'unreachable', t.errors.unreachable, t.errors.unreachableRemedy));
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300 && body !== null) return resolve(body as ImportAnswer);
      if (request.status === 401) keyRefused();
      const problem = body as ProblemDocument | null;
      reject(
        problem === null
          ? new ApiError(request.status, 'unreadable', t.errors.unreadable(request.status), t.errors.unreachableRemedy)
          : new ApiError(
              request.status,
              problem.code,
              problem.detail,
              problem.remedy,
              problem.problems,
              problem.file ?? null,
            ),
      );
    };
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
