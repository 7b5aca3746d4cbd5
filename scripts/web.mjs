// Builds the web application into web/dist when it is missing or older than its sources: node scripts/web.mjs [--force]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectNode, root } from './setup.mjs';

const WEB = join(root, 'web');
const SOURCES = ['index.html', 'package.json', 'vite.config.ts', 'tsconfig.json', 'src', 'public', 'scripts'];

/**
 * Returns true when the page is there and up to date. What is built goes into a folder of its own first, so that a server
 * that runs meanwhile never has half of it.
 */
export function buildWeb({ force = false, quiet = false } = {}) {
  const dist = join(WEB, 'dist');
  const stamp = join(dist, '.sources');
  const sources = hashOfSources();
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return true;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const node = projectNode();
  if (node === undefined || !existsSync(vite)) return existsSync(join(dist, 'index.html'));
  if (quiet) process.stderr.write('Building the page …\n');
  const built = join(WEB, `.dist-${process.pid}`);
  const result = spawnSync(node, [vite, 'build', '--outDir', built, '--emptyOutDir'], {
    cwd: WEB,
    encoding: 'utf8',
    // Whoever builds it (a test run says NODE_ENV=test), it is the page that people get.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
  });
  if (result.status !== 0) {
    if (quiet) process.stderr.write(`${result.stdout}${result.stderr}`);
    rmSync(built, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(built, '.sources'), sources);
  try {
    rmSync(dist, { recursive: true, force: true });
    renameSync(built, dist);
  } catch (error) {
    // Somebody else has built the same page meanwhile.
    rmSync(built, { recursive: true, force: true });
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) throw error;
  }
  return true;
}

function hashOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(join(WEB, path)).isDirectory()) {
      for (const name of readdirSync(join(WEB, path)).sort()) add(join(path, name));
    } else
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(WEB, path)))
        .update('\0');
  };
  SOURCES.forEach(add);
  hash.update(readFileSync(join(root, 'package-lock.json')));
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (!buildWeb({ force: process.argv.includes('--force') })) process.exit(1);
}
