/** The page is typed by the API as it is: a changed route breaks its build, not its visitors. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { apiTypes, committedApiTypes } from '../../web/scripts/api-types.ts';
import { testEngines } from '../support/engines.ts';

const ROOT = join(import.meta.dirname, '../..');
let footing: Footing;

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
});
afterAll(() => footing.close());

it('web/src/api/schema.d.ts is what the OpenAPI document says (node web/scripts/api-types.ts URL)', async () => {
  const app = await buildServer(footing);
  const { body } = await app.inject('/api/openapi.json');
  await app.close();
  expect(await apiTypes(JSON.parse(body))).toBe(committedApiTypes());
});

it('the page holds its types', { timeout: 120_000 }, () => {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['-p', 'web'], { cwd: ROOT, encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
