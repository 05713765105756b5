/**
 * Holds the values of secrets and keeps them from being shown.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { Replacer } from "./replacer.ts";

/** Shorter texts are not looked for: they stand in too many places by chance. */
const SHORTEST = 4;

/** Shorter values are not looked for inside of other Base64. */
const SHORTEST_INSIDE = 8;

/** The resolved secrets of a run. Whatever prints it shows names only. */
export class SecretValues {
  readonly #values: ReadonlyMap<string, string>;
  readonly #forms: Replacer;

  /** Takes values by name. */
  constructor(values: ReadonlyMap<string, string>) {
    this.#values = new Map(values);
    const names = new Map<string, string>();
    for (const [name, value] of this.#values) {
      for (const form of formsOf(value)) {
        if (form.length >= SHORTEST && !names.has(form)) names.set(form, `[${name}]`);
      }
    }
    this.#forms = new Replacer(names);
  }

  /** Names of the secrets, sorted. */
  get names(): readonly string[] {
    return [...this.#values.keys()].sort();
  }

  /**
   * Gives a secret's value.
   *
   * @throws {RangeError} If the secret was not resolved.
   */
  value(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new RangeError(`The secret "${name}" was not resolved`);
    return value;
  }

  /**
   * Replaces every value of at least four characters by `[NAME]`, also in its other forms: Base64 (alone, or inside of
   * a longer text's), URL-encoded, JSON, quoted for a shell, and each of its lines.
   */
  redact(text: string): string {
    return this.#forms.replaceAll(text);
  }

  /**
   * Digests every value, 32 hex digits each, so that a change can be seen without the value.
   *
   * @param salt Random text that is kept on the host; without it a short value could be guessed.
   */
  digest(salt: string): ReadonlyMap<string, string> {
    return new Map(this.names.map((name) => [
      name,
      createHmac("sha256", salt).update(`${name}=${this.value(name)}`).digest("hex").slice(0, 32),
    ]));
  }

  /** Names only. */
  toString(): string {
    return `SecretValues(${this.names.join(", ")})`;
  }

  /** Names only. */
  toJSON(): readonly string[] {
    return this.names;
  }

  /** Names only, for `console.log`. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** Names only, for `node:util`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function formsOf(value: string): readonly string[] {
  // Half a character cannot be encoded.
  const whole = value.toWellFormed();
  const bare = whole.trim();
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  return [whole, bare, ...lines].flatMap((text) => [
    text,
    encodeURI(text),
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll("%20", "+"),
    JSON.stringify(text).slice(1, -1),
    text.replaceAll("'", `'\\''`),
    ...base64Forms(text),
  ]);
}

/** Base64 of a text, and what it looks like after one or two other bytes, as in `user:password`. */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString("base64");
  const forms = [alone, alone.replace(/=+$/, ""), bytes.toString("base64url")];
  if (bytes.length < SHORTEST_INSIDE) return forms;
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // The digits at both ends are made from the neighbours too.
    const whole = Math.floor((before + bytes.length) * 8 / 6);
    forms.push(encoded.slice(Math.ceil(before * 8 / 6), whole));
  }
  return forms;
}
