export { createLogger, loadConfig } from './config.ts';
export { migrate } from './migrate.ts';
export { engineParts, openEngines } from './open.ts';
export type * from './types.ts';
