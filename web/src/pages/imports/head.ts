/** The first lines of a text file, read in the browser: headers and a few values to show beside them. */
export interface Head {
  headers: string[];
  rows: string[][];
}

const HEAD_BYTES = 256 * 1024;
const ROWS_SHOWN = 3;
const DELIMITERS = [',', ';', '\t', '|'];

/** Null for formats that the browser does not read; the server reads them all. */
export async function readHead(file: File, delimiter?: string, encoding = 'utf-8'): Promise<Head | null> {
  if (!/\.(csv|tsv|txt)(\.gz)?$/i.test(file.name)) return null;
  try {
    const text = await textOf(file, encoding);
    const firstLine = text.slice(0, text.search(/[\r\n]|$/));
    const rows = parseCsv(text, delimiter ?? likelyDelimiter(firstLine), ROWS_SHOWN + 1);
    const [headers = [], ...values] = rows;
    return headers.length === 0 ? null : { headers, rows: values };
  } catch {
    return null;
  }
}

async function textOf(file: File, encoding: string): Promise<string> {
  const isGzip = /\.gz$/i.test(file.name);
  const stream = isGzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = stream.getReader();
  const decoder = new TextDecoder(encoding);
  let text = '';
  while (text.length < HEAD_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text.replace(/^\uFEFF/, '');
}

const likelyDelimiter = (line: string): string =>
  DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length)[0]!;

function parseCsv(text: string, delimiter: string, rowsMax: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length && rows.length < rowsMax; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === delimiter) {
      row.push(cell);
      cell = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[i + 1] === '\n') i++;
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else cell += char;
  }
  if (rows.length < rowsMax && (cell !== '' || row.length > 0)) rows.push([...row, cell]);
  return rows;
}
