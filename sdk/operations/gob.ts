/**
 * Go's own wire format, gob, as far as kamal-proxy's calls need it: basic values, lists of text and structs.
 *
 * @module
 */

/** A type of Go's. */
export type GobType = "bool" | "int" | "string" | "strings" | "uint" | GobStruct;

/** A struct of Go's; the receiver knows its fields by their names. */
export interface GobStruct {
  /** Its name in Go. */
  readonly name: string;
  /** Its fields, in Go's order. */
  readonly fields: readonly GobField[];
}

/** A field of a struct. */
export interface GobField {
  /** Its name in Go. */
  readonly name: string;
  /** What it holds. */
  readonly type: GobType;
  /** Key of the record that has its value; one that is not there is Go's zero. */
  readonly key: string;
}

/** A struct that is sent. */
export interface GobMessage {
  /** Which struct. */
  readonly type: GobStruct;
  /** What its fields hold. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** What Go's encoder writes of structs one after the other: each type before its first value, numbered as Go does. */
export function gobStream(messages: readonly GobMessage[]): Uint8Array {
  const ids = new Map<GobType, number>();
  const bytes = messages.flatMap(({ type, value }) => {
    const added = namedTypes(type).filter((one) => {
      const isNew = !ids.has(one);
      if (isNew) ids.set(one, FIRST_ID + ids.size);
      return isNew;
    });
    return [
      ...added.flatMap((one) => message([...int(-ids.get(one)!), ...definition(one, ids)])),
      ...message([...int(ids.get(type)!), ...structBytes(type, value)]),
    ];
  });
  return Uint8Array.from(bytes);
}

type NamedType = GobStruct | "strings";

// Ids below are Go's own types.
const FIRST_ID = 64;
const BASIC_IDS = { bool: 1, int: 2, uint: 3, string: 6 };

/** The types that a receiver must be told of, each before those of its fields. */
function namedTypes(type: GobType): readonly NamedType[] {
  if (type === "strings") return [type];
  if (typeof type === "string") return [];
  return [type, ...type.fields.flatMap((field) => namedTypes(field.type))];
}

/** Go's wireType: an array, a list or a struct. */
function definition(type: NamedType, ids: ReadonlyMap<GobType, number>): readonly number[] {
  const idOf = (one: GobType): readonly number[] =>
    int(ids.get(one) ?? BASIC_IDS[one as keyof typeof BASIC_IDS]);
  const name = type === "strings" ? "[]string" : type.name;
  const common = parts(text(name), idOf(type));
  if (type === "strings") return parts(undefined, parts(common, idOf("string")));
  const fields = type.fields.map((field) => parts(text(field.name), idOf(field.type)));
  return parts(undefined, undefined, parts(common, list(fields)));
}

function structBytes({ fields }: GobStruct, value: GobMessage["value"]): readonly number[] {
  return parts(...fields.map((field) => fieldBytes(field.type, value[field.key])));
}

/** A field's value; `undefined` for Go's zero, which is not sent. */
function fieldBytes(type: GobType, value: unknown): readonly number[] | undefined {
  if (typeof type === "object") return structBytes(type, (value ?? {}) as GobMessage["value"]);
  switch (type) {
    case "bool":
      return value === true ? uint(1) : undefined;
    case "int":
    case "uint":
      if (value === undefined || value === 0) return undefined;
      return type === "int" ? int(value as number) : uint(value as number);
    case "string":
      return value === undefined || value === "" ? undefined : text(value as string);
    case "strings": {
      const items = (value ?? []) as readonly string[];
      return items.length === 0 ? undefined : list(items.map(text));
    }
    default:
      return type satisfies never;
  }
}

/** A struct: each field after the distance from the one before it, and a zero at the end. */
function parts(...fields: readonly (readonly number[] | undefined)[]): readonly number[] {
  let last = -1;
  const sent = fields.flatMap((field, index) => {
    if (field === undefined) return [];
    const distance = index - last;
    last = index;
    return [...uint(distance), ...field];
  });
  return [...sent, 0];
}

function message(bytes: readonly number[]): readonly number[] {
  return [...uint(bytes.length), ...bytes];
}

function list(items: readonly (readonly number[])[]): readonly number[] {
  return [...uint(items.length), ...items.flat()];
}

function text(value: string): readonly number[] {
  const bytes = new TextEncoder().encode(value);
  return [...uint(bytes.length), ...bytes];
}

/** A whole number with its sign in the lowest bit. */
function int(value: number): readonly number[] {
  const wide = BigInt(Math.round(value));
  return uint(wide < 0n ? -2n * wide - 1n : 2n * wide);
}

/** A small number as a byte; a larger one as the count of its bytes, negative, and those, the highest first. */
function uint(value: number | bigint): readonly number[] {
  let rest = BigInt(value);
  if (rest < 128n) return [Number(rest)];
  const bytes: number[] = [];
  for (; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 255n));
  return [256 - bytes.length, ...bytes];
}
