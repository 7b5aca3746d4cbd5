/** An instance that this process opens itself: the stores of a data folder and the API over them. */
import type { FastifyInstance } from 'fastify';
import { loadConfig } from '../engines/config.ts';
import { openEngines } from '../engines/index.ts';
import type { Config } from '../engines/types.ts';
import type { Footing } from '../footing.ts';
import { FootingError } from '../kernel/errors.ts';
import { Folder } from './folder.ts';

export interface Instance {
  url: string;
  key: string;
  config: Config;
  /** Lets running requests finish, then stops the stores. */
  close(): Promise<void>;
}

/** Opens the folder and listens. Errors: `conflict` when another process has the folder or the port. */
export async function openInstance(overrides: Partial<Config>): Promise<Instance> {
  const config = loadConfig(process.env, overrides);
  // The stores get ready, as processes of their own, while the rest of the program is loaded.
  const launched = Promise.withResolvers<void>();
  const opening = openEngines(config, launched.resolve);
  await Promise.race([launched.promise, opening.catch(() => {})]);
  const [engines, program] = await Promise.allSettled([
    opening,
    Promise.all([import('../footing.ts'), import('../http/server.ts')]),
  ]);
  if (engines.status === 'rejected') throw engines.reason;
  if (program.status === 'rejected') {
    await keepingAlive(engines.value.close());
    throw program.reason;
  }
  const [{ footingOn }, { buildServer }] = program.value;
  const footing = await footingOn(engines.value);
  let app: FastifyInstance | undefined;
  try {
    app = await buildServer(footing);
    const key = await instanceKey(app, new Folder(config.home));
    const url = await listen(app, config);
    return {
      url,
      key,
      config,
      close: () => keepingAlive(closeBoth(app, footing)),
    };
  } catch (error) {
    await keepingAlive(closeBoth(app, footing));
    throw error;
  }
}

async function closeBoth(app: FastifyInstance | undefined, footing: Footing): Promise<void> {
  await app?.close();
  await footing.close();
}

/** Node ends a process in which nothing but a promise is left; what stops the stores may wait for just that long. */
async function keepingAlive(work: Promise<void>): Promise<void> {
  const hold = setInterval(() => {}, 1_000);
  try {
    await work;
  } finally {
    clearInterval(hold);
  }
}

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  try {
    return await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new FootingError('conflict', `Port ${config.port} of ${config.host} is taken by another program.`, {
      remedy: 'Choose another with --port, or --port 0 for any.',
    });
  }
}

/** The folder's key of the instance; a new one when there is none or it is no longer valid. */
async function instanceKey(app: FastifyInstance, folder: Folder): Promise<string> {
  const kept = folder.instanceKey();
  if (kept !== null && (await app.keys.callerOf(kept))?.accountId === null) return kept;
  const { secret } = await app.keys.create(null, { name: 'data folder', role: 'admin' }, 'system');
  folder.keepInstanceKey(secret);
  return secret;
}
