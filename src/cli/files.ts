/** Files that a command is given. */
import { readFile, stat } from 'node:fs/promises';
import { FootingError } from '../kernel/errors.ts';

/** Bytes of a file. @throws FootingError `not_found` when there is none that can be read */
export function fileGiven(name: string): Promise<Buffer> {
  return readFile(name).catch((cause: unknown) => {
    throw noFile(name, cause);
  });
}

/** Its size in bytes. @throws FootingError `not_found` when there is none, `invalid` when it is a folder or something else */
export async function sizeOf(name: string): Promise<number> {
  const found = await stat(name).catch((cause: unknown) => {
    throw noFile(name, cause);
  });
  if (!found.isFile()) throw new FootingError('invalid', `${name} is not a file.`);
  return found.size;
}

const noFile = (name: string, cause: unknown): FootingError =>
  new FootingError('not_found', `There is no file ${name} that can be read.`, { cause });
