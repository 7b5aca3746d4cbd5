export { createLogger, loadConfig } from './config.ts';
export { type Diagnosis, diagnose, type StoreDiagnosis } from './diagnose.ts';
export { createFileDurably, privateFolder } from './files.ts';
export { migrate } from './migrate.ts';
export { engineParts, openEngines } from './open.ts';
export { storeError } from './postgres/pool.ts';
export type * from './types.ts';
