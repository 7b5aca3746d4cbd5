/** What the command line keeps in the data folder, readable by its owner only: where the server is, and keys. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { folderIdentity } from '../engines/files.ts';
import { isAlive } from '../engines/processes.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Written by `serve`, removed when it stops. */
export interface ServerNote {
  url: string;
  pid: number;
  /** Key of the instance. */
  key: string;
  /** The folder that it was written into; a copy of the folder has it too, and is not what the server runs on. */
  folder?: string;
}

export class Folder {
  readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  /**
   * The server that runs on this folder; null when none does. The note of a server that was killed counts for nothing, also when
   * its pid has gone to another process since.
   */
  async server(): Promise<ServerNote | null> {
    const text = this.#read('server.json');
    if (text === null) return null;
    const note = JSON.parse(text) as ServerNote;
    if (note.folder !== undefined && note.folder !== folderIdentity(this.home)) return null;
    return isAlive(note.pid) && (await listens(note.url)) ? note : null;
  }

  noteServer(note: ServerNote): void {
    this.#write('server.json', `${JSON.stringify({ ...note, folder: folderIdentity(this.home) }, null, 2)}\n`);
  }

  forgetServer(): void {
    rmSync(join(this.home, 'server.json'), { force: true });
  }

  instanceKey(): string | null {
    return this.#read('instance.key');
  }

  keepInstanceKey(key: string): void {
    this.#write('instance.key', `${key}\n`);
  }

  accountKey(slug: string): string | null {
    return this.#read(join('keys', `${slug}.key`));
  }

  keepAccountKey(slug: string, key: string): void {
    this.#write(join('keys', `${slug}.key`), `${key}\n`);
  }

  #read(name: string): string | null {
    const path = join(this.home, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  }

  /** Written beside and renamed, so that nobody reads half of it. */
  #write(name: string, text: string): void {
    const path = join(this.home, name);
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
    writeFileSync(`${path}.new`, text, { mode: OWNER_ONLY_FILE });
    renameSync(`${path}.new`, path);
  }
}

/** Whether anybody takes connections there. */
function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
