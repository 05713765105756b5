/**
 * Stands in for `@std/assert` where JSR cannot be reached: the same functions, on `node:assert`.
 *
 * @module
 */
import nodeAssert, { AssertionError } from "node:assert";

export { AssertionError };

type AnyConstructor<E extends Error> = abstract new (...args: never[]) => E;

/** Claims that a value is truthy. */
export function assert(expression: unknown, msg = ""): asserts expression {
  if (!expression) fail(msg || "Expected a truthy value");
}

/** Claims that a value is falsy. */
export function assertFalse(expression: unknown, msg = ""): void {
  if (expression) fail(msg || "Expected a falsy value");
}

/** Claims that two values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  explain(msg, () => nodeAssert.deepStrictEqual(actual, expected));
}

/** Claims that two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  explain(msg, () => nodeAssert.notDeepStrictEqual(actual, expected));
}

/** Claims that two values are the same. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  explain(msg, () => nodeAssert.strictEqual(actual, expected));
}

/** Claims that two values are not the same. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  explain(msg, () => nodeAssert.notStrictEqual(actual, expected));
}

/** Claims that a value is neither `null` nor `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === null || actual === undefined) fail(reason(`Expected a value, not ${actual}`, msg));
}

/** Claims that a text contains another. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    fail(reason(`Expected to contain ${show(expected)}:\n${actual}`, msg));
  }
}

/** Claims that a text matches a pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) fail(reason(`Expected to match ${expected}:\n${actual}`, msg));
}

/** Claims that a text does not match a pattern. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) fail(reason(`Expected not to match ${expected}:\n${actual}`, msg));
}

/** Claims that a list or a text contains each of the expected items. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const items = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !items.some((one) => isEqual(one, item)));
  if (missing.length > 0) fail(reason(`Expected ${show(items)} to include ${show(missing)}`, msg));
}

/** Claims that an object has at least the expected members. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  explain(msg, () => nodeAssert.deepStrictEqual(partOf(actual, expected), expected));
}

/** Claims that a value is an instance of a class. */
export function assertInstanceOf<T extends abstract new (...args: never[]) => unknown>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    fail(reason(`Expected an instance of ${expectedType.name}, not ${show(actual)}`, msg));
  }
}

/** Claims that a value is an error of a class whose message contains a text. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: AnyConstructor<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof (ErrorClass ?? Error))) {
    const name = ErrorClass?.name ?? "Error";
    throw new AssertionError({
      message: reason(`Expected an error of class ${name}, not ${show(error)}`, msg),
    });
  }
  const { message } = error;
  if (typeof msgMatches === "string") assertStringIncludes(message, msgMatches, msg);
  else if (msgMatches) assertMatch(message, msgMatches, msg);
}

/** Claims that a function throws, and gives what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Claims that a function throws an error of a class whose message contains a text, and gives the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: AnyConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: AnyConstructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    if (typeof classOrMsg === "function") assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  fail(reason("Expected the function to throw", typeof classOrMsg === "string" ? classOrMsg : msg));
}

/** Claims that a function's promise rejects, and gives the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Claims that a function's promise rejects with an error of a class whose message contains a text, and gives the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: AnyConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: AnyConstructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    fail(reason(`Expected the function to reject, but it threw ${show(error)}`, msg));
  }
  try {
    await promise;
  } catch (error) {
    if (typeof classOrMsg === "function") assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  fail(
    reason("Expected the function to reject", typeof classOrMsg === "string" ? classOrMsg : msg),
  );
}

/** Claims that a value is greater than another. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) fail(reason(`Expected ${show(actual)} > ${show(expected)}`, msg));
}

/** Claims that a value is greater than or equal to another. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) fail(reason(`Expected ${show(actual)} >= ${show(expected)}`, msg));
}

/** Claims that a value is less than another. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) fail(reason(`Expected ${show(actual)} < ${show(expected)}`, msg));
}

/** Claims that a value is less than or equal to another. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) fail(reason(`Expected ${show(actual)} <= ${show(expected)}`, msg));
}

/** Claims that two numbers differ by no more than a tolerance. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  const allowed = tolerance ?? (Math.abs(expected) * 1e-7 || 1e-7);
  if (!(Math.abs(actual - expected) <= allowed)) {
    fail(reason(`Expected ${actual} to be within ${allowed} of ${expected}`, msg));
  }
}

/** Fails. */
export function fail(msg?: string): never {
  throw new AssertionError({ message: msg || "Failed assertion" });
}

/** Fails where no code should come by. */
export function unreachable(msg?: string): never {
  fail(reason("Unreachable", msg));
}

function explain(msg: string | undefined, claim: () => void): void {
  try {
    claim();
  } catch (error) {
    if (msg === undefined || !(error instanceof AssertionError)) throw error;
    fail(`${msg}\n${error.message}`);
  }
}

function reason(message: string, msg: string | undefined): string {
  return msg === undefined ? message : `${message}: ${msg}`;
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 10 });
}

function isEqual(one: unknown, other: unknown): boolean {
  try {
    nodeAssert.deepStrictEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

/** What of a value an expected part speaks about. */
function partOf(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.length < expected.length
      ? actual
      : expected.map((item, index) => partOf(actual[index], item));
  }
  if (!isPlain(actual) || !isPlain(expected)) return actual;
  return Object.fromEntries(
    Reflect.ownKeys(expected).filter((key) => key in actual)
      .map((key) => [key, partOf(actual[key], expected[key])]),
  );
}

function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date || value instanceof RegExp || value instanceof Map ||
      value instanceof Set || ArrayBuffer.isView(value));
}
