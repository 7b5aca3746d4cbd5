import { FootingError } from '../kernel/errors.ts';
import type { ResolvedReadOptions } from './types.ts';

export async function parquetRecords(
  _path: string,
  options: ResolvedReadOptions,
  _onRead?: (bytes: number) => void,
): Promise<{ headers: string[]; body: AsyncIterable<Uint8Array> }> {
  throw new FootingError('unsupported', `${options.format} files are not read yet`);
}
