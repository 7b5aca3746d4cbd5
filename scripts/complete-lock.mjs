// Adds to package-lock.json the packages of other platforms that `npm install` left out, so that `npm ci` works on all of them.
// npm drops an optional package which the registry at hand does not carry; the lock file then fails on every machine. Run it
// after `npm install`. Added entries have no integrity hash: npm takes it from the registry on the machine that needs the package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const PLATFORM =
  /-(?<os>android|darwin|freebsd|linux|openharmony|win32)-(?<cpu>arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(?<abi>[a-z]+))?$/;
const EXACT_VERSION = /^\d+\.\d+\.\d+/;

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const declared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const field of ['dependencies', 'optionalDependencies', 'devDependencies'])
  lock.packages[''][field] = declared[field];

for (const parent of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const platform = PLATFORM.exec(`-${name.split('/').at(-1)}`)?.groups;
    if (lock.packages[path] !== undefined || platform === undefined || !EXACT_VERSION.test(version)) continue;
    lock.packages[path] = entryOf(parent, version, platform);
    process.stdout.write(`added ${name} ${version}\n`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

function entryOf(parent, version, { os, cpu, abi }) {
  return {
    version,
    cpu: [cpu],
    ...(parent.dev === true ? { dev: true } : {}),
    ...(os === 'linux' ? { libc: [abi?.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
    ...(parent.license === undefined ? {} : { license: parent.license }),
    optional: true,
    os: [os],
  };
}
