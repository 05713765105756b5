import { isListed, patternRegExp } from "./pattern.ts";

/** What a condition looks at. */
export interface HostQuery {
  /** The host by the name that the user has for it. */
  readonly host: string;
  /** The name to connect to, as far as it is known. */
  readonly hostName: string;
  /** Login name, where it is known. */
  readonly user: string | undefined;
}

/** Whether a `Host` line's patterns are about a host: one has to be, and none that begins with `!`. */
export function hostPattern(patterns: readonly string[]): (query: HostQuery) => boolean {
  return ({ host }) => isListed(patterns, host);
}

/** Whether a `Match` line is about a host. What depends on more than names, such as `exec`, never is. */
export function matchCriteria(words: readonly string[]): (query: HostQuery) => boolean {
  return (query) => {
    for (let at = 0; at < words.length;) {
      const word = words[at]!.toLowerCase();
      const name = word.replace(/^!/, "");
      if (name === "all") {
        at++;
        continue;
      }
      const isTrue = isCriterionTrue(name, words[at + 1] ?? "", query);
      if (isTrue === undefined || isTrue === word.startsWith("!")) return false;
      at += 2;
    }
    return true;
  };
}

function isCriterionTrue(
  name: string,
  list: string,
  { host, hostName, user }: HostQuery,
): boolean | undefined {
  const text = { host: hostName, originalhost: host, user }[name];
  if (text === undefined) return undefined;
  // As ssh does: case counts in the patterns of a Host line and of users, and not in those of hosts here.
  const flags = name === "user" ? "" : "i";
  return isListed(list.split(","), text, (one, text) => patternRegExp(one, flags).test(text));
}
