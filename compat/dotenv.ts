/**
 * Stands in for `@std/dotenv` where JSR cannot be reached.
 *
 * @module
 */

const ENTRY_REGEXP =
  /^[^\S\n]*(?:export\s+)?(?<key>[^\s=#]+)[^\S\n]*=[^\S\n]*(?:'(?<single>[^']*)'|"(?<double>(?:\\[^]|[^"\\])*)"|(?<plain>[^\r\n#]*))/gm;
const KEY_REGEXP = /^[A-Za-z_]\w*$/;
const REFERENCE_REGEXP = /\$\{(?<braced>[^}:]+)(?::-(?<fallback>[^}]*))?\}|(?<!\\)\$(?<bare>\w+)/g;

/**
 * Reads the text of a `.env` file. Text in single quotes is taken as it is, in double quotes `\n`, `\r`, `\t` and `\"`
 * are unescaped, and without quotes `$NAME`, `${NAME}` and `${NAME:-default}` are replaced from the file itself,
 * then from the environment. Entries whose key is no identifier are left out.
 */
export function parse(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const plain = new Set<string>();
  for (const { groups = {} } of text.matchAll(ENTRY_REGEXP)) {
    const { key = "", single, double } = groups;
    if (!KEY_REGEXP.test(key)) continue;
    const quoted = single ?? (double === undefined ? undefined : unescape(double));
    values[key] = quoted === undefined ? (groups["plain"] ?? "").trim() : trimBreaks(quoted);
    if (quoted === undefined) plain.add(key);
    else plain.delete(key);
  }
  const known = { ...values };
  for (const key of plain) values[key] = expand(values[key] ?? "", known);
  return values;
}

function unescape(text: string): string {
  const meanings: Record<string, string> = { n: "\n", r: "\r", t: "\t", '"': '"' };
  return text.replace(/\\([nrt"])/g, (_, letter: string) => meanings[letter] ?? letter);
}

/** A quoted text may begin and end on lines of its own. */
function trimBreaks(text: string): string {
  return text.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
}

function expand(text: string, known: Readonly<Record<string, string>>, depth = 0): string {
  if (depth > 20) return text;
  return text.replace(REFERENCE_REGEXP, (_, braced, fallback, bare) => {
    const name = String(braced ?? bare);
    const value = known[name] ?? Deno.env.get(name) ?? String(fallback ?? "");
    return expand(value, known, depth + 1);
  });
}
