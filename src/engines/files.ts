/** Small helpers for files that must survive a power cut, and the translation of file-system failures. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FootingError } from '../kernel/errors.ts';

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const NO_WRITE = new Set(['EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR']);

/** Turns "disk full", "read only", "not allowed" into a `storage` error that names the path; other errors stay. */
export function storageError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (NO_ROOM.has(code)) {
    return new FootingError('storage', `There is no room left to write ${path} (${code}).`, {
      remedy:
        'Free space on that disk or move the data folder (FOOTING_HOME) to a larger one, then repeat the request.',
      cause: error,
    });
  }
  if (NO_WRITE.has(code)) {
    return new FootingError('storage', `${path} cannot be written (${code}).`, {
      remedy: 'Check owner and permissions of the data folder and whether its disk is mounted read-only.',
      cause: error,
    });
  }
  return error;
}

/**
 * What tells a folder from a copy of it. Notes about running processes carry it: in a copy they speak of the processes of the original,
 * which are not the copy's to use or to end.
 */
export function folderIdentity(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

/** Creates a folder (and its parents) with mode 0700. */
export async function privateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new FootingError('invalid', `${path} is a file; a folder is needed there.`, {
        remedy: 'Name another folder, or move the file away.',
        cause: error,
      });
    }
    throw storageError(error, path);
  }
}

/** Makes the entries of a folder durable (a rename in it, a new file in it). */
export async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}

/**
 * Makes a small file that must never be half there and never change: temporary name, sync, link to its name, sync of the folder.
 * False when the name was taken: whoever came first made it, whole. Mode 0600.
 */
export function createFileDurably(path: string, content: string | Uint8Array): Promise<boolean> {
  return withWrittenFile(path, content, async (temporary) => {
    try {
      await link(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    await syncFolder(dirname(path));
    return true;
  });
}

/** Replaces a small file as a whole: temporary name, sync, rename, sync of the folder. Mode 0600. */
export function writeFileDurably(path: string, content: string | Uint8Array): Promise<void> {
  return withWrittenFile(path, content, async (temporary) => {
    await rename(temporary, path);
    await syncFolder(dirname(path));
  });
}

/** Writes and syncs the content under a temporary name beside `path`, hands that name on, and takes it away if it is still there. */
async function withWrittenFile<T>(
  path: string,
  content: string | Uint8Array,
  use: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await use(temporary);
  } catch (error) {
    throw storageError(error, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
