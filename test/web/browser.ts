/** A real Chromium: from the system, or installed where that is possible. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const INSTALL_MS_MAX = 600_000;

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function chromiumPath(): string {
  const asked = process.env.FOOTING_CHROMIUM;
  if (asked !== undefined) {
    if (!existsSync(asked)) throw new Error(`FOOTING_CHROMIUM names ${asked}, which is not there.`);
    return asked;
  }
  const found = CANDIDATES.find((path) => existsSync(path));
  if (found !== undefined) return found;
  install();
  const installed = CANDIDATES.find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  throw new Error(
    'The tests of the page need Chromium, and it could not be installed. Install it (Debian: apt-get install chromium) or name ' +
      'one with FOOTING_CHROMIUM=/path/to/chromium.',
  );
}

function install(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  console.log('Installing Chromium for the tests of the page (apt-get install chromium) …');
  const run = (...args: string[]) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: INSTALL_MS_MAX,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  run('update');
  run('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
}
