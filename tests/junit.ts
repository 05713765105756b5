/**
 * Reads what `deno test --junit-path` wrote.
 *
 * @module
 */

/** How the tests of one run ended. */
export interface Tally {
  /** Number of tests that passed. */
  readonly passed: number;
  /** Names of the tests that failed. */
  readonly failed: readonly string[];
  /** Names of the tests and steps that were left out. */
  readonly skipped: readonly string[];
}

/** Counts the tests of a JUnit report. A step counts with its test, unless it was skipped. */
export function readJunit(xml: string): Tally {
  let passed = 0;
  const failed: string[] = [];
  const skipped: string[] = [];
  const tests = new Set<string>();
  for (const [, attributes = "", body = ""] of xml.matchAll(TESTCASE_REGEXP)) {
    const name = `${attribute(attributes, "name")} (${attribute(attributes, "classname")})`;
    const title = attribute(attributes, "name");
    if (body.includes("<skipped")) skipped.push(name);
    else if (isStep(title, tests)) continue;
    else if (/<(failure|error)\b/.test(body)) failed.push(name);
    else passed++;
    tests.add(title);
  }
  return { passed, failed, skipped };
}

const TESTCASE_REGEXP = /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs;
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function attribute(attributes: string, name: string): string {
  const [, value = ""] = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes) ?? [];
  return value.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** Deno lists a step after its test, as "test > step". */
function isStep(title: string, tests: ReadonlySet<string>): boolean {
  for (let at = title.indexOf(" > "); at >= 0; at = title.indexOf(" > ", at + 1)) {
    if (tests.has(title.slice(0, at))) return true;
  }
  return false;
}
