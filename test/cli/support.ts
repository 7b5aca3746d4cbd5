/** The command as people run it: a process of its own on a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Cli {
  home: string;
  run(args: readonly string[], options?: { env?: Record<string, string>; input?: string }): Promise<Result>;
  /** Runs with --json and parses what comes out. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json(...args: string[]): Promise<any>;
  /** Starts `serve` and resolves when it listens. */
  serve(...args: string[]): Promise<Served>;
  /** Stops what still runs and removes the folder. */
  remove(): Promise<void>;
}

export interface Served {
  url: string;
  pid: number;
  /** Sends the signal and resolves with the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export async function cliOnNewFolder(): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'footing-cli-'));
  const servers = new Set<Served>();
  const start = (args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
    const { FOOTING_URL: _, FOOTING_KEY: __, FOOTING_ACCOUNT: ___, ...inherited } = process.env;
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      env: { ...inherited, FOOTING_HOME: home, FOOTING_LOG_LEVEL: 'error', NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  };
  const run: Cli['run'] = (args, { env, input } = {}) =>
    new Promise((resolve) => {
      const child = start(args, env);
      const result: Result = { code: null, stdout: '', stderr: '' };
      child.stdout?.on('data', (chunk) => (result.stdout += chunk));
      child.stderr?.on('data', (chunk) => (result.stderr += chunk));
      child.stdin?.end(input ?? '');
      child.on('close', (code) => resolve({ ...result, code }));
    });
  return {
    home,
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run([...args, '--json']);
      if (code !== 0 && code !== 3) throw new Error(`${args.join(' ')} exited with ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
    serve: (...args) =>
      new Promise((resolve, reject) => {
        const child = start(['serve', '--port', '0', '--json', ...args]);
        const exited = new Promise<number | null>((done) => child.on('close', done));
        let text = '';
        let errors = '';
        child.stderr?.on('data', (chunk) => (errors += chunk));
        child.stdout?.on('data', (chunk) => {
          text += chunk;
          if (!text.includes('}')) return;
          const { url, pid } = JSON.parse(text) as { url: string; pid: number };
          const served: Served = {
            url,
            pid,
            stop: async (signal) => {
              child.kill(signal);
              servers.delete(served);
              const code = await exited;
              if (code) throw new Error(`serve exited with ${code}: ${errors}`);
              return code;
            },
          };
          servers.add(served);
          resolve(served);
        });
        child.on('close', (code) => reject(new Error(`serve exited with ${code}: ${errors}`)));
      }),
    async remove() {
      for (const server of servers) await server.stop('SIGTERM');
      await rm(home, { recursive: true, force: true });
    },
  };
}
