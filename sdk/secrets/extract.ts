/**
 * Takes one secret out of those that were fetched.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import { isRecord, secretText } from "./adapters/json.ts";

/**
 * Gives the value of a name in a JSON object of secrets: of just that name, else of the first that ends in `/name`.
 *
 * @throws {SextantError} `SECRET_MISSING` if it is not there; tells the names that are, and no value. `USAGE` if the text
 * is no JSON object.
 */
export function extractSecret(name: string, json: string): string {
  const secrets = readSecrets(json);
  // Kamal: the folder may be left out.
  const key = secrets.has(name)
    ? name
    : [...secrets.keys()].find((key) => key.endsWith(`/${name}`));
  const value = key === undefined ? undefined : secrets.get(key);
  if (value !== undefined) return value;
  const names = [...secrets.keys()].join(", ");
  throw new SextantError("SECRET_MISSING", `could not find secret ${name}`, {
    details: [names === "" ? "nothing was fetched" : `fetched were ${names}`],
    hint: "Fetch it too, or take one of these names.",
  });
}

function readSecrets(json: string): ReadonlyMap<string, string> {
  const entries = Object.entries(parseObject(json));
  return new Map(entries.map(([name, value]) => [name, secretText(value)]));
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (isRecord(value)) return value;
  } catch {
    // The parser's own message would show a piece of the text.
  }
  throw new SextantError("USAGE", "what to extract from is no JSON object", {
    hint: "It should be what secrets fetch printed: secrets extract NAME $SECRETS",
  });
}
