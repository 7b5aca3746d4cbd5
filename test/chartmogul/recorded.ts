/** The official client with every call noted, and what it offers: so that a test can tell what nobody called. */
import type { Any } from './support.ts';

/** The module as it is; only who calls what is noted. */
export function recorded(module: Any, calls: Set<string>, path = ''): Any {
  return new Proxy(module, {
    get(target, name) {
      const value = target[name];
      if (typeof name !== 'string' || value === null || !['function', 'object'].includes(typeof value)) return value;
      if (/^[A-Z]/.test(name)) return name === 'Config' ? value : recorded(value, calls, `${path}${name}.`);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        calls.add(`${path}${name}`);
        return value.apply(target, given);
      };
    },
  });
}

const NOT_RESOURCES = /^(Config|.*Error|Enrichment|Import)$/;

/** Methods that each resource has itself, beside the ones that all inherit: `Invoice.updateStatus`. */
export function ownMethods(module: Any, path = ''): string[] {
  return Object.keys(module)
    .flatMap((name) => {
      const value = module[name];
      if (path === '' && NOT_RESOURCES.test(name)) return [];
      if (/^[A-Z]/.test(name)) return ownMethods(value, `${path}${name}.`);
      return typeof value === 'function' && !name.startsWith('_') ? [`${path}${name}`] : [];
    })
    .concat(
      // Static methods of classes are no enumerable keys.
      path !== '' && typeof module === 'function'
        ? Object.getOwnPropertyNames(module)
            .filter((name) => !Object.keys(module).includes(name) && /^[a-z]/.test(name))
            .filter((name) => typeof Object.getOwnPropertyDescriptor(module, name)!.value === 'function')
            .map((name) => `${path}${name}`)
        : [],
    );
}

/** Resources that the client exports, those of metrics included. */
export function resources(module: Any): string[] {
  const top = Object.keys(module).filter((name) => !NOT_RESOURCES.test(name) && name !== 'Metrics');
  return [
    ...top,
    ...Object.keys(module.Metrics)
      .filter((name) => /^[A-Z]/.test(name))
      .map((name) => `Metrics.${name}`),
  ];
}

/** What all inherit, and which of it ChartMogul has for each resource. */
export const INHERITED: Record<string, readonly string[]> = {
  CustomAttribute: ['add', 'update', 'remove'],
  Customer: ['create', 'all', 'retrieve', 'destroy'],
  CustomerNote: ['create', 'all', 'retrieve', 'patch', 'destroy'],
  Contact: ['create', 'all', 'retrieve', 'destroy'],
  DataSource: ['create', 'all', 'retrieve', 'destroy'],
  Invoice: ['create'],
  JsonImport: [],
  LineItem: ['retrieve', 'modify'],
  Opportunity: ['create', 'all', 'retrieve', 'patch', 'destroy'],
  Ping: [],
  Plan: ['create', 'all', 'retrieve', 'modify', 'destroy'],
  PlanGroup: ['create', 'retrieve', 'modify', 'destroy'],
  Subscription: ['cancel', 'modify'],
  SubscriptionEvent: ['all'],
  Tag: ['add', 'remove'],
  Task: ['create', 'all', 'retrieve', 'patch', 'destroy'],
  Transaction: ['create'],
  Account: [],
  'Metrics.Customer': [],
  'Metrics.Activity': [],
  'Metrics.ActivitiesExport': ['retrieve'],
};
