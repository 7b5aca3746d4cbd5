/**
 * Types of the part of the API that the page uses, from the OpenAPI document of a running server:
 *
 *     node web/scripts/api-types.ts http://127.0.0.1:4600 [--check]
 *
 * Only the routes listed here are taken, so that a new route changes nothing and a changed one breaks the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

const FILE = join(import.meta.dirname, '../src/api/schema.d.ts');
const HEAD = '// Made by web/scripts/api-types.ts from the OpenAPI document. Do not edit.\n\n';
const ROUTES: Record<string, readonly string[]> = {
  '/api/health': ['get'],
  '/api/account': ['get'],
  '/api/keys': ['get', 'post'],
  '/api/keys/{id}': ['delete'],
  '/api/journal': ['get'],
  '/api/journal/at': ['get'],
  '/api/journal/{seq}': ['get'],
  '/api/streams': ['get'],
  '/api/imports': ['get'],
  '/api/imports/{seq}': ['get'],
  '/api/imports/{stream}': ['post'],
  '/api/reports/mrr': ['get'],
  '/api/reports/inventory': ['get'],
  '/api/reports/held': ['get'],
  '/api/reports/warnings': ['get'],
  '/api/metrics': ['get'],
  '/api/metrics/cohorts': ['get'],
  '/api/metrics/activities': ['get'],
  '/api/customers': ['get'],
  '/api/customers/{source}/{external_id}': ['get'],
  '/api/customers/{source}/{external_id}/invoices': ['get'],
  '/api/segments': ['get', 'post'],
  '/api/segments/{segment}': ['delete'],
  '/api/carbon/queue': ['get'],
  '/api/carbon/factors': ['get'],
  '/api/carbon/factors/{factor}': ['get'],
  '/api/carbon/estimate': ['post'],
  '/api/carbon/decisions': ['get', 'post'],
  '/api/carbon/decisions/{id}': ['delete'],
  '/api/carbon/lines': ['get'],
  '/api/carbon/checks': ['get'],
  '/api/carbon/checks/completeness': ['get'],
  '/api/carbon/checks/outliers': ['get'],
  '/api/carbon/checks/periods': ['get'],
  '/api/carbon/checks/duplicates': ['get'],
  '/api/carbon/checks/negatives': ['get'],
  '/api/carbon/checks/units': ['get'],
  '/api/carbon/checks/quality': ['get'],
  '/api/carbon/checks/screening': ['get'],
  '/api/reports/uncertainty': ['get'],
  '/api/settings': ['get', 'post'],
  '/api/what-if/revenue': ['post'],
  '/api/carbon/methodologies': ['get', 'post'],
  '/api/carbon/methodologies/adopt': ['post'],
  '/api/carbon/what-if': ['post'],
  '/api/organisation': ['get'],
  '/api/organisation/check': ['get'],
  '/api/rates': ['get', 'post'],
  '/api/rates/list': ['get'],
  '/api/reports/intensity': ['get'],
  '/api/carbon/instruments': ['get'],
  '/api/carbon/rules': ['get', 'post'],
  '/api/carbon/rules/{id}': ['delete'],
  '/api/export': ['get'],
  '/api/connectors/stripe/webhook': ['get', 'put'],
  '/api/connectors/stripe/webhook/{id}': ['delete'],
  '/api/sources': ['get'],
  '/api/carbon/base-years': ['get', 'post'],
  '/api/carbon/base-years/events': ['post'],
  '/api/carbon/targets': ['post'],
  '/api/carbon/targets/{name}': ['delete'],
  '/api/reports/base-year': ['get'],
  '/api/explain': ['get'],
  '/api/verify': ['post'],
  '/api/jobs': ['get'],
  '/api/jobs/{id}': ['get'],
};

/** Problem documents are the same on every route: one route keeps them. */
const WITH_PROBLEMS = '/api/account';

interface Operation {
  responses: Record<string, unknown>;
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

function withoutProblems(operation: Operation): Operation {
  const responses = Object.entries(operation.responses).filter(([status]) => !/^[45]/.test(status));
  return { ...operation, responses: Object.fromEntries(responses) };
}

/** The text of schema.d.ts for an OpenAPI document. Throws when a route that the page uses is gone. */
export async function apiTypes(document: OpenApi): Promise<string> {
  const paths = Object.fromEntries(
    Object.entries(ROUTES).map(([path, methods]) => [
      path,
      Object.fromEntries(
        methods.map((method) => {
          const operation = document.paths[path]?.[method];
          if (operation === undefined)
            throw new Error(`The API has no ${method.toUpperCase()} ${path}, which the page uses.`);
          return [method, path === WITH_PROBLEMS ? operation : withoutProblems(operation)];
        }),
      ),
    ]),
  );
  const ast = await openapiTS({ ...document, paths, webhooks: {} } as never);
  return HEAD + astToString(ast);
}

/** What is committed. */
export const committedApiTypes = (): string => readFileSync(FILE, 'utf8');

if (import.meta.main) {
  const [url = 'http://127.0.0.1:4600', flag] = process.argv.slice(2);
  const text = await apiTypes((await (await fetch(`${url}/api/openapi.json`)).json()) as OpenApi);
  if (flag === '--check') {
    if (text !== committedApiTypes()) {
      console.error('web/src/api/schema.d.ts is not what the API says: run node web/scripts/api-types.ts URL');
      process.exit(1);
    }
  } else {
    writeFileSync(FILE, text);
    console.log(`Wrote ${FILE}`);
  }
}
