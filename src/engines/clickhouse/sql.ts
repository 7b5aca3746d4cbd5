/** As much of ClickHouse's grammar as the HTTP child needs: tokens, query parameters, the shape of INSERT. */

export interface Token {
  /** `word`, `quoted` (string literal), `name` (quoted identifier), `parameter` ({name:Type}), `comment`, `blank`, `symbol`. */
  kind: 'word' | 'quoted' | 'name' | 'parameter' | 'comment' | 'blank' | 'symbol';
  text: string;
  start: number;
}

const TOKEN =
  /(?<blank>\s+)|(?<comment>--[^\n]*|#!?[ \t][^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>'(?:[^'\\]|\\[\s\S]|'')*(?:'|$))|(?<name>`(?:[^`\\]|\\[\s\S]|``)*(?:`|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$))|(?<heredoc>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<parameter>\{\s*[A-Za-z_]\w*\s*:[^{}']*(?:'[^']*'[^{}']*)*\})|(?<word>[A-Za-z_0-9]\w*)|(?<symbol>[\s\S])/gy;

export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const groups = match.groups ?? {};
    const kind =
      groups.heredoc === undefined ? Object.keys(groups).find((g) => g !== 'tag' && groups[g] !== undefined) : 'quoted';
    tokens.push({ kind: (kind ?? 'symbol') as Token['kind'], text: match[0], start: match.index });
  }
  return tokens;
}

/** A ClickHouse string literal of any text. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

/** A ClickHouse identifier of any text. */
export function quoteName(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('\0', '\\0')}\``;
}

export class ParameterError extends Error {}

/**
 * Puts each `{name:Type}` outside of literals and comments in as a literal cast to its type, which is what ClickHouse itself
 * does with query parameters: the value never becomes part of the syntax. `values` are as they arrive over HTTP: escaped as
 * in tab-separated files.
 */
export function substituteParameters(sql: string, values: ReadonlyMap<string, string>): string {
  if (!sql.includes('{')) return sql;
  return tokenize(sql)
    .map((token) => (token.kind === 'parameter' ? literal(token.text, values) : token.text))
    .join('');
}

function literal(parameter: string, values: ReadonlyMap<string, string>): string {
  const colon = parameter.indexOf(':');
  const name = parameter.slice(1, colon).trim();
  const type = parameter.slice(colon + 1, -1).trim();
  const value = values.get(name);
  if (value === undefined) {
    throw new ParameterError(
      `Code: 456. DB::Exception: Substitution ${quoteName(name)} is not set. (UNKNOWN_QUERY_PARAMETER)`,
    );
  }
  if (type === 'Identifier') return quoteName(unescapeText(value));
  if (value === '\\N') return `_CAST(NULL, ${quote(type)})`;
  if (type.startsWith('Map')) return `_CAST(${mapLiteral(value)}, ${quote(type)})`;
  const composite = /^(Array|Tuple|Nested|Variant|JSON|Dynamic|Object)\b/.test(type);
  return `_CAST(${quote(composite ? value : unescapeText(value))}, ${quote(type)})`;
}

/** Text cannot be cast to a Map: it is rewritten as a call of map(), after a check that nothing but literals is in it. */
function mapLiteral(value: string): string {
  const calls: Record<string, string> = { '{': 'map(', '}': ')', ':': ',' };
  const tokens = tokenize(value);
  const allowed = (token: Token) =>
    token.kind === 'quoted' ||
    token.kind === 'blank' ||
    (token.kind === 'symbol' && '{}[](),:+-.'.includes(token.text)) ||
    (token.kind === 'word' && /^(\d\w*|null|true|false|nan|inf)$/i.test(token.text));
  const unfinished = tokens.some((token) => token.kind === 'quoted' && !/^'(?:[^'\\]|\\[\s\S]|'')*'$/.test(token.text));
  if (unfinished || !tokens.every(allowed) || tokens[0]?.text !== '{') {
    throw new ParameterError('Code: 457. DB::Exception: Value of a Map parameter is not a map. (BAD_QUERY_PARAMETER)');
  }
  return tokens.map((token) => (token.kind === 'symbol' ? (calls[token.text] ?? token.text) : token.text)).join('');
}

const ESCAPES: Record<string, string> = {
  t: '\t',
  n: '\n',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  '0': '\0',
};

/** Undoes the escapes of tab-separated values. */
function unescapeText(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\(?:x([0-9A-Fa-f]{2})|([\s\S]))/g, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** First word in capitals: what kind of statement it is. A statement in brackets is a SELECT. */
export function statementKind(sql: string): string {
  for (const token of tokenize(sql.slice(0, 4000))) {
    if (token.kind === 'word') return token.text.toUpperCase();
    if (token.kind === 'symbol' && token.text !== '(') break;
  }
  return '';
}

/** The format that the statement's FORMAT clause names; undefined when it has none. */
export function formatClause(sql: string): string | undefined {
  const tokens = meaningful(sql);
  const at = tokens.findLastIndex((t, i) => isWord(t, 'FORMAT') && tokens[i + 1]?.kind === 'word');
  return at < 0 ? undefined : tokens[at + 1]?.text;
}

/**
 * `INSERT INTO t (…) [SETTINGS …] FORMAT F` becomes `INSERT INTO t (…) FROM INFILE 'path' [SETTINGS …] FORMAT F`.
 * Undefined when the statement is not an INSERT that is followed by data.
 */
export function insertFromFile(sql: string, path: string): string | undefined {
  const tokens = meaningful(sql);
  if (!isWord(tokens[0], 'INSERT')) return undefined;
  const format = tokens.findLastIndex((t) => isWord(t, 'FORMAT'));
  const values = tokens.at(-1);
  if (format < 0) {
    if (!isWord(values, 'VALUES')) return undefined;
    return `${sql.slice(0, values!.start).trimEnd()} FROM INFILE ${quote(path)} COMPRESSION 'none' FORMAT Values`;
  }
  if (tokens.some((t) => isWord(t, 'SELECT') || isWord(t, 'INFILE'))) return undefined;
  const settings = tokens.findIndex((t, i) => i > 2 && isWord(t, 'SETTINGS') && tokens[i + 2]?.text === '=');
  const before = settings < 0 ? tokens[format]!.start : tokens[settings]!.start;
  const end = tokens[format + 1]!;
  return `${sql.slice(0, before).trimEnd()} FROM INFILE ${quote(path)} COMPRESSION 'none' ${sql.slice(before, end.start + end.text.length)}`;
}

/** True when something follows a semicolon. */
export function hasSeveralStatements(sql: string): boolean {
  return sql.includes(';') && meaningful(sql).some((token) => token.kind === 'symbol' && token.text === ';');
}

function meaningful(sql: string): Token[] {
  const tokens = tokenize(sql).filter((t) => t.kind !== 'blank' && t.kind !== 'comment');
  while (tokens.at(-1)?.text === ';') tokens.pop();
  return tokens;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}
