import { describe } from 'vitest';
import { testKillsOf } from './kill-store.ts';

describe('kill -9 of ClickHouse', () => testKillsOf('clickhouse'));
