/** Which column each header of a file means. */
import type { Problem } from '../kernel/errors.ts';
import { looseName, nearest } from '../kernel/text.ts';
import { ATTRIBUTE_PREFIX } from './rows.ts';
import type { StreamDefinition } from './types.ts';

/** Columns that a rejects file adds; ignored, on purpose, when it is imported again. */
export const REJECT_ROW_HEADER = 'footing_row';
export const REJECT_PROBLEMS_HEADER = 'footing_problems';

export interface HeaderMatch {
  /** Every header of the file -> column name, `attributes.x`, or null when it is left out on purpose. */
  mapping: Record<string, string | null>;
  problems: Problem[];
  absent: string[];
  leftOut: string[];
  notes: string[];
}

/** The column or attribute that a header means by its name alone, or undefined. */
export function columnMeant(definition: StreamDefinition, header: string): string | undefined {
  const exact = definition.columns.find((column) => column.name === header);
  if (exact !== undefined) return exact.name;
  if (
    definition.attributes === true &&
    header.toLowerCase().startsWith(ATTRIBUTE_PREFIX) &&
    header.length > ATTRIBUTE_PREFIX.length
  ) {
    return ATTRIBUTE_PREFIX + header.slice(ATTRIBUTE_PREFIX.length);
  }
  const loose = looseName(header);
  if (loose === '') return undefined;
  return definition.columns.find(
    (column) => looseName(column.name) === loose || column.aliases?.some((alias) => looseName(alias) === loose),
  )?.name;
}

/** Matches headers by name, alias and mapping, and finds everything that is wrong with them at once. */
export function matchHeaders(
  definition: StreamDefinition,
  headers: readonly string[],
  given: Record<string, string | null> = {},
): HeaderMatch {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const leftOut: string[] = [];
  const mapping: [string, string | null][] = [];
  const fedBy = new Map<string, string>();
  const stated = new Map(Object.entries(given));
  const statedLoosely = new Map([...stated].map(([header, target]) => [looseName(header), target]));
  const names = definition.columns.map((column) => column.name);
  for (const [i, header] of headers.entries()) {
    if (header === REJECT_ROW_HEADER || header === REJECT_PROBLEMS_HEADER) {
      mapping.push([header, null]);
      leftOut.push(header);
      continue;
    }
    const loose = looseName(header);
    let target: string | null | undefined = stated.get(header);
    if (target === undefined && !stated.has(header) && loose !== '') target = statedLoosely.get(loose);
    if (target === null) {
      mapping.push([header, null]);
      leftOut.push(header);
      continue;
    }
    if (target !== undefined) {
      const meant = columnMeant(definition, target);
      if (meant === undefined) problems.push(unknownTarget(header, target, names));
      else target = meant;
    } else target = columnMeant(definition, header);
    if (target === undefined) {
      problems.push(unknownHeader(header, i, definition));
      continue;
    }
    const earlier = fedBy.get(target);
    if (earlier !== undefined) {
      problems.push({
        field: header,
        reason:
          earlier === header
            ? 'this header stands twice in the file'
            : `this header and "${earlier}" both mean the column ${target}`,
        remedy: 'remove one of them, or map the one that is not wanted to null',
      });
      continue;
    }
    fedBy.set(target, header);
    mapping.push([header, target]);
  }
  for (const column of definition.columns) {
    if (fedBy.has(column.name) || column.required !== true || column.default !== undefined) continue;
    problems.push({
      field: column.name,
      reason: 'the file has no such column, and it is required',
      remedy: `name the header that means it, in the mapping; it holds: ${column.description}`,
    });
  }
  const present = new Set(headers.map(looseName));
  for (const header of stated.keys()) {
    if (!present.has(looseName(header)) && !headers.includes(header))
      notes.push(`The mapping names "${header}", which this file does not have.`);
  }
  return {
    mapping: Object.fromEntries(mapping),
    problems,
    absent: definition.columns.filter((column) => !fedBy.has(column.name)).map((column) => column.name),
    leftOut,
    notes,
  };
}

function unknownTarget(header: string, target: string, names: readonly string[]): Problem {
  const meant = nearest(target, names);
  return {
    field: header,
    value: target,
    reason: `the mapping sends this header to "${target}", and there is no such column`,
    ...(meant === undefined ? {} : { remedy: `did you mean ${meant}?` }),
  };
}

function unknownHeader(header: string, i: number, definition: StreamDefinition): Problem {
  if (header === '') {
    return {
      field: '',
      reason: `column ${i + 1} of the file has no name`,
      remedy: 'name it, or map the empty name to null to leave it out',
    };
  }
  const aliases = new Map(
    definition.columns.flatMap((column) => [column.name, ...(column.aliases ?? [])].map((name) => [name, column.name])),
  );
  const near = nearest(header, aliases.keys());
  const meant = near === undefined ? undefined : aliases.get(near);
  const ways = `map it to a column, ${definition.attributes === true ? `name it ${ATTRIBUTE_PREFIX}${looseName(header) || 'x'} to keep it, ` : ''}or map it to null to leave it out on purpose`;
  return {
    field: header,
    reason: `${definition.name} have no column "${header}"`,
    remedy: meant === undefined ? ways : `did you mean ${meant}? Otherwise ${ways}`,
  };
}
