/** Files for this room's tests: the same rows in every format. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { detect } from '../detect.ts';
import { type IntakeSettings, readFile } from '../intake.ts';
import type { Detected, IntakeCounts, ReadOptions, RejectedRow, StreamDefinition } from '../types.ts';

/** A folder that is removed with `close`. */
export async function testFolder(): Promise<{
  file: (name: string, content: string | Uint8Array) => Promise<string>;
  close: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'footing-streams-'));
  return {
    async file(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface ReadOutcome {
  detected: Detected;
  counts: IntakeCounts;
  rejects: RejectedRow[];
  blocks: Uint8Array[];
  index: { firstRow: number; offset: number }[];
}

/** Detects and reads a file; what it amounts to. */
export async function readAll(
  path: string,
  definition: StreamDefinition,
  given: ReadOptions = {},
  settings: IntakeSettings = {},
): Promise<ReadOutcome> {
  const detected = await detect(path, definition, given);
  const rejects: RejectedRow[] = [];
  const blocks: Uint8Array[] = [];
  const { counts, index } = await readFile(
    path,
    definition,
    detected.options,
    { block: (block) => void blocks.push(block.bytes), rejects: (rows) => void rejects.push(...rows) },
    { constants: { seq: 1, originSeq: 1, source: 'default' }, ...settings },
  );
  return { detected, counts, rejects, blocks, index };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** An XLSX file of one sheet from the XML of its rows; style 1 shows dates. */
export function xlsxFile(sheetData: string, shared: readonly string[] = [], sheet = 'Data'): Uint8Array {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return zipSync({
    'xl/workbook.xml': strToU8(
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="${escapeXml(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': strToU8(
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="sharedStrings.xml"/></Relationships>',
    ),
    'xl/styles.xml': strToU8(
      `<styleSheet xmlns="${main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
    ),
    'xl/sharedStrings.xml': strToU8(
      `<sst xmlns="${main}">${shared.map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`).join('')}</sst>`,
    ),
    'xl/worksheets/sheet1.xml': strToU8(`<worksheet xmlns="${main}"><sheetData>${sheetData}</sheetData></worksheet>`),
  });
}

const EPOCH_1900_DAYS = 25_569;

/** Rows of texts as an XLSX file; dates (YYYY-MM-DD) become day numbers with a date style, numbers stay numbers. */
export function xlsxOfRows(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  sheet?: string,
): Uint8Array {
  const shared: string[] = [];
  const cell = (text: string, number: boolean): string => {
    if (text === '') return '<c/>';
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return `<c s="1"><v>${Date.parse(text) / 86_400_000 + EPOCH_1900_DAYS}</v></c>`;
    if (number && /^-?\d+(\.\d+)?$/.test(text)) return `<c><v>${text}</v></c>`;
    return `<c t="s"><v>${shared.push(text) - 1}</v></c>`;
  };
  const xml = [headers, ...rows]
    .map(
      (row, i) =>
        `<row>${row.map((text, j) => cell(text, i > 0 && /quantity|amount/.test(headers[j]!))).join('')}</row>`,
    )
    .join('');
  return xlsxFile(xml, shared, sheet);
}

/** Rows of texts as a Parquet file of strings, decimals for quantity and amount, and dates. */
export function parquetOfRows(headers: readonly string[], rows: readonly (readonly string[])[]): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: headers.map((name, i) => {
      const texts = rows.map((row) => row[i] ?? '');
      if (name.endsWith('_date')) {
        return {
          name,
          type: 'TIMESTAMP' as const,
          nullable: true,
          data: texts.map((text) => (text === '' ? null : new Date(`${text}T00:00:00Z`))),
        };
      }
      return { name, type: 'STRING' as const, nullable: true, data: texts.map((text) => (text === '' ? null : text)) };
    }),
  });
  return new Uint8Array(buffer);
}
