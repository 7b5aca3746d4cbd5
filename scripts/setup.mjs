// Set-up shared by `npm run demo`, `npm start`, `npm test` and `footing`. Plain JavaScript that runs on Node 20 with
// nothing installed: it checks the machine, installs what is missing and finds the Node that runs the project.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Lowest Node that can run these scripts. */
const NODE_MAJOR_LAUNCH_MIN = 20;
/** Lowest Node that runs the project's TypeScript; the npm package `node` brings it where the system has an older one. */
const NODE_MAJOR_PROJECT_MIN = 24;
const NPM_MAJOR_MIN = 9;
const EXIT_PLATFORM = 9;
const EXIT_SETUP = 1;
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Prints a message of one or more lines on standard error and ends the process. */
export function fail(code, ...lines) {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(code);
}

const major = (version) => Number.parseInt(version, 10);

/** Ends the process with plain words when this machine cannot run Footing. */
export function checkMachine() {
  if (major(process.versions.node) < NODE_MAJOR_LAUNCH_MIN) {
    fail(
      EXIT_PLATFORM,
      `Footing needs Node ${NODE_MAJOR_LAUNCH_MIN} or later; this is Node ${process.versions.node}.`,
      'Install a current Node from https://nodejs.org and run the command again.',
    );
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    fail(
      EXIT_PLATFORM,
      `Footing's embedded stores run on ${PLATFORMS.join(', ')}; this machine is ${platform}.`,
      'On Windows use WSL 2.',
    );
  }
  if (process.platform === 'linux' && libc() !== 'glibc') {
    fail(
      EXIT_PLATFORM,
      'Footing needs a Linux with glibc (Debian, Ubuntu, Fedora and others); this one has another C library, such as musl.',
      'In containers use a Debian-based image, for example node:24-bookworm.',
    );
  }
}

/** Runs `npm ci` when node_modules is missing or does not hold what package-lock.json says. */
export function ensureInstalled() {
  const reason = outOfStep();
  if (reason !== undefined) {
    install(reason);
    const still = outOfStep();
    if (still !== undefined)
      fail(EXIT_SETUP, `npm ci ended without an error, yet ${still}.`, 'Delete node_modules and try again.');
  }
  ensureProjectNode();
}

function install(reason) {
  const npm = npmCommand();
  const version = spawnSync(npm.file, [...npm.args, '--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (version.status !== 0) fail(EXIT_PLATFORM, 'Footing needs npm to install its packages, and npm was not found.');
  if (major(version.stdout) < NPM_MAJOR_MIN) {
    fail(
      EXIT_PLATFORM,
      `Footing needs npm ${NPM_MAJOR_MIN} or later; this is npm ${version.stdout.trim()}.`,
      'Update it with `npm install -g npm` and run the command again.',
    );
  }
  process.stderr.write(`Installing packages with npm ci, because ${reason}. The first time takes a minute or two …\n`);
  // Development and optional packages are named because an inherited NODE_ENV=production or omit setting would leave out
  // the project's Node, the test runner or the embedded stores.
  const result = spawnSync(
    npm.file,
    [...npm.args, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  );
  if (result.status !== 0) {
    fail(
      EXIT_SETUP,
      `npm ci failed (${result.error?.message ?? `exit code ${result.status ?? result.signal}`}); its own message is above.`,
      'Usual causes: no network, a proxy that npm does not know, a full disk, no write permission in this folder.',
    );
  }
}

/** npm through the file that started this script when there is one: it is the npm that the user chose. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.c?js$/.test(script) && existsSync(script)) {
    return { file: process.execPath, args: [script] };
  }
  return { file: 'npm', args: [] };
}

/** Why node_modules is not what package-lock.json says, or undefined when it is. */
function outOfStep() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined)
    return existsSync(join(root, 'node_modules')) ? 'node_modules is incomplete' : 'there is no node_modules yet';
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined)
    fail(EXIT_SETUP, 'package-lock.json is missing or cannot be read: this checkout is incomplete.');
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link === true || !fitsMachine(entry)) continue;
    const version = installed[path]?.version;
    // What is optional without naming a platform may be absent for reasons of its own.
    if (version === undefined && entry.optional === true && entry.os === undefined) continue;
    if (version !== entry.version)
      return `${path.replace(/^node_modules\//, '')} ${entry.version} is ${version === undefined ? 'missing' : `installed as ${version}`}`;
    if (!existsSync(join(root, path))) return `${path} is missing`;
  }
  return undefined;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function fitsMachine({ os, cpu, libc: libcs }) {
  return (
    (os === undefined || os.includes(process.platform)) &&
    (cpu === undefined || cpu.includes(process.arch)) &&
    (libcs === undefined || libcs.includes(libc()))
  );
}

function libc() {
  if (process.platform !== 'linux') return 'none';
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/** Path of a Node that runs the project, or undefined. */
export function projectNode() {
  for (const candidate of ['node_modules/node/bin/node', 'node_modules/.bin/node']) {
    const file = join(root, candidate);
    if (existsSync(file) && runs(file)) return file;
  }
  return major(process.versions.node) >= NODE_MAJOR_PROJECT_MIN ? process.execPath : undefined;
}

function runs(file) {
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 && major(stdout.slice(1)) >= NODE_MAJOR_PROJECT_MIN;
}

/** The npm package `node` fetches its binary in an install script; where npm did not run it (ignore-scripts), it is run here. */
function ensureProjectNode() {
  if (projectNode() !== undefined) return;
  process.stderr.write(
    'The install script of the npm package `node` has not run (npm setting ignore-scripts?); running it now …\n',
  );
  spawnSync(process.execPath, ['installArchSpecificPackage.js'], {
    cwd: join(root, 'node_modules', 'node'),
    env: { ...process.env, npm_config_ignore_scripts: 'false' },
    stdio: ['ignore', 2, 2],
  });
  if (projectNode() === undefined) fail(EXIT_SETUP, ...noProjectNode());
}

function noProjectNode() {
  return [
    `Footing runs on Node ${NODE_MAJOR_PROJECT_MIN} or later; this is Node ${process.versions.node}, and the newer one that npm installs beside`,
    'the project (node_modules/node/bin/node) is not there.',
    `Run \`npm ci --ignore-scripts=false\` in ${root}, or install Node ${NODE_MAJOR_PROJECT_MIN} from https://nodejs.org.`,
  ];
}

/**
 * Runs a file of the project under the project's Node, hands signals through, and ends this process as the child ended.
 * @param {string} file path relative to the project's root
 * @param {string[]} args
 */
export function runProject(file, args) {
  startProject(file, args).then(({ code, signal }) => endLike(code, signal));
}

/** Where Node keeps compiled code by itself, from one process to the next: a command takes half the time, a start a second less. */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

/** The same, but gives back how the child ended. */
export function startProject(file, args, env = process.env) {
  const node = projectNode();
  if (node === undefined) fail(EXIT_SETUP, ...noProjectNode());
  const path = join(root, file);
  if (!existsSync(path)) fail(EXIT_SETUP, `${path} is missing: this checkout is incomplete.`);
  const child = spawn(node, [path, ...args], { stdio: 'inherit', env: { ...COMPILE_CACHE, ...env } });
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the whole process group: the child has it already.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, forward);
  return new Promise((resolve) => {
    child.on('error', (error) => fail(EXIT_SETUP, `${node} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.off(name, forward);
      resolve({ code, signal });
    });
  });
}

function endLike(code, signal) {
  if (signal === null) process.exit(code ?? 1);
  // The shell's convention, for the moment in which the signal has not ended us yet.
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  process.kill(process.pid, signal);
}
