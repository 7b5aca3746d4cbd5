/** Text for people: aligned tables that fit the terminal, figures as they are, grouped by thousands and never rounded. */
/** Where the output is no terminal: wide enough for a statement. */
const DEFAULT_COLUMNS = 132;

export const terminalColumns = (): number => process.stdout.columns ?? (Number(process.env.COLUMNS) || DEFAULT_COLUMNS);

const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const styled = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = styled(1);
export const dim = styled(2);

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/**
 * Text of others, made safe to show: control characters could move the cursor or change what was printed before. They are
 * shown as their code, so nothing is hidden.
 */
export function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** An exact decimal with its thousands separated: 1234567.5 -> 1,234,567.5. */
export function grouped(decimal: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^([-+]?)(\d+)(\.\d+)?$/.exec(decimal) ?? [];
  if (whole === '') return decimal;
  return `${sign}${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}${fraction}`;
}

/** Minor units as an amount: 123456 with 2 decimals -> 1,234.56. */
export function minorUnits(amount: string | number, decimals = 2): string {
  const text = String(amount);
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.replace('-', '').padStart(decimals + 1, '0');
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return grouped(`${sign}${decimals === 0 ? digits : digits.slice(0, -decimals)}${fraction}`);
}

export function bytes(count: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  return power === 0 ? `${count} bytes` : `${(count / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** A count with its noun: 1 row, 1,234 rows. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(String(count))} ${count === 1 ? one : many}`;
}

/** What is wrong and what to do about it, as sentences. */
export function reasonAndRemedy(reason: string, remedy?: string | null): string {
  if (!remedy) return ended(reason);
  return `${ended(reason)} ${ended(remedy.charAt(0).toUpperCase() + remedy.slice(1))}`;
}

const ended = (sentence: string): string => (/[.?!…:]$/.test(sentence) ? sentence : `${sentence}.`);

/**
 * A remedy of the API in the words of the command line: parameters become options. `header` is the header of the file that it is
 * about, where it is about one.
 */
export function inOptions(remedy: string, header?: string): string {
  const map = (target: string) =>
    header === undefined ? `--map "HEADER=${target}"` : `--map "${safe(header)}=${target}"`;
  return remedy
    .replaceAll(/say so: decimal "(.)"/g, 'say so with --decimal "$1"')
    .replaceAll(/decimal "(.)"/g, '--decimal "$1"')
    .replaceAll(/say so: amounts "(\w+)"/g, 'say so with --amounts $1')
    .replaceAll(/date_order "(\w+)"/g, '--date-order $1')
    .replaceAll(/encoding "([\w-]+)"/g, '--encoding $1')
    .replaceAll(/format "(\w+)"/g, '--format $1')
    .replaceAll('map it to a column', `say which column it is with ${map('COLUMN')}`)
    .replaceAll('map it to null to leave it out on purpose', `leave it out on purpose with ${map('')}`)
    .replaceAll('map the empty name to null to leave it out', 'leave it out with --map " ="')
    .replaceAll('map the one that is not wanted to null', `leave one out with ${map('')}`)
    .replaceAll(
      'name the header that means it, in the mapping',
      `name the header that means it with --map "HEADER=${header ?? 'COLUMN'}"`,
    )
    .replaceAll('import with mode=rows', 'import without --all-or-nothing');
}

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Sentences: broken into lines where the table is wider than the terminal. */
  wraps?: boolean;
}

/** What a column of sentences is not made narrower than. */
const WRAPPED_COLUMNS_MIN = 30;

const GAP = '  ';

/**
 * A table. The first column is the label. A table wider than the terminal is narrowed by breaking its column of sentences, else
 * continued below with its labels repeated, so that no figure is cut. `total` is ruled off above.
 */
export function table(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  options: { total?: readonly string[]; width?: number } = {},
): string {
  const clean = rows.map((row) => row.map(safe));
  const total = options.total?.map(safe);
  const widths = columns.map((column, i) =>
    Math.max(...[column.title, ...clean.map((row) => row[i] ?? ''), total?.[i] ?? ''].map(displayWidth)),
  );
  const terminal = options.width ?? terminalColumns();
  narrow(columns, widths, terminal);
  const blocks = fittingBlocks(widths, terminal);
  return blocks.map((block) => tableBlock(block, columns, clean, total, widths)).join('\n\n');
}

function tableBlock(
  block: readonly number[],
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  total: readonly string[] | undefined,
  widths: readonly number[],
): string {
  const line = (cells: readonly string[]) => {
    const broken = block.map((i) =>
      columns[i]!.wraps ? wrapped(cells[i] ?? '', '', widths[i]!).split('\n') : [cells[i] ?? ''],
    );
    return Array.from({ length: Math.max(...broken.map((lines) => lines.length)) }, (_, n) =>
      block
        .map((i, k) => pad(broken[k]![n] ?? '', widths[i]!, columns[i]!.align ?? 'left'))
        .join(GAP)
        .trimEnd(),
    ).join('\n');
  };
  const rule = block.map((i) => '─'.repeat(widths[i]!)).join(GAP);
  const lines = [bold(line(columns.map((column) => column.title))), dim(rule), ...rows.map(line)];
  if (total) lines.push(dim(rule), bold(line(total)));
  return lines.join('\n');
}

/** Takes from the columns of sentences, from the widest first, what all together are wider than the terminal. */
function narrow(columns: readonly Column[], widths: number[], terminal: number): void {
  let over = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - terminal;
  const sentences = columns.flatMap((column, i) => (column.wraps ? [i] : []));
  while (over > 0) {
    const widest = sentences.reduce((best, i) => (widths[i]! > (widths[best] ?? 0) ? i : best), -1);
    if (widest === -1 || widths[widest]! <= WRAPPED_COLUMNS_MIN) return;
    const next = Math.max(
      WRAPPED_COLUMNS_MIN,
      ...sentences.map((i) => widths[i]!).filter((width) => width < widths[widest]!),
    );
    const taken = Math.min(over, widths[widest]! - next);
    widths[widest]! -= taken;
    over -= taken;
  }
}

/** Which columns stand side by side: the label and as many others as fit, then the next ones. */
function fittingBlocks(widths: readonly number[], width: number): number[][] {
  const blocks: number[][] = [];
  let block = [0];
  let used = widths[0] ?? 0;
  for (let i = 1; i < widths.length; i++) {
    const needed = GAP.length + widths[i]!;
    if (block.length > 1 && used + needed > width) {
      blocks.push(block);
      block = [0];
      used = widths[0]!;
    }
    block.push(i);
    used += needed;
  }
  return [...blocks, block];
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Cells that the text takes on a terminal: East Asian characters and emoji take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Words broken into lines of at most `width`, each after `indent`. */
export function wrapped(text: string, indent: string, width = terminalColumns()): string {
  const lines: string[] = [];
  let line = '';
  for (const word of safe(text).split(' ')) {
    if (line !== '' && displayWidth(indent + line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => indent + each).join('\n');
}
