/** A pattern of OpenSSH's, in which `*` stands for any text and `?` for any character; flags `i` for any case. */
export function patternRegExp(pattern: string, flags = ""): RegExp {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, flags);
}

/** Whether a list of patterns names a text: one has to, and none that begins with `!`. */
export function isListed(
  patterns: readonly string[],
  text: string,
  isMatch: (pattern: string, text: string) => boolean = matches,
): boolean {
  const matching = patterns.filter((pattern) => isMatch(pattern.replace(/^!/, ""), text));
  return matching.length > 0 && !matching.some((pattern) => pattern.startsWith("!"));
}

function matches(pattern: string, text: string): boolean {
  return patternRegExp(pattern).test(text);
}
