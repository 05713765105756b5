import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";

const object = { a: 1 };

const CLAIMS: Readonly<Record<string, readonly [holds: () => void, fails: () => void]>> = {
  assert: [() => assert(1), () => assert(0)],
  assertFalse: [() => assertFalse(0), () => assertFalse(1)],
  assertEquals: [
    () =>
      assertEquals({ a: [1, new Map([[1, new Set([2])]])] }, {
        a: [1, new Map([[1, new Set([2])]])],
      }),
    () => assertEquals<unknown>({ a: 1 }, { a: 1, b: undefined }),
  ],
  assertNotEquals: [() => assertNotEquals([1], [2]), () => assertNotEquals([1], [1])],
  assertStrictEquals: [
    () => assertStrictEquals(object, object),
    () => assertStrictEquals(object, { a: 1 }),
  ],
  assertNotStrictEquals: [
    () => assertNotStrictEquals(object, { a: 1 }),
    () => assertNotStrictEquals(object, object),
  ],
  assertExists: [() => assertExists(0), () => assertExists(null)],
  assertStringIncludes: [
    () => assertStringIncludes("abc", "b"),
    () => assertStringIncludes("abc", "d"),
  ],
  assertMatch: [() => assertMatch("abc", /b/), () => assertMatch("abc", /d/)],
  assertNotMatch: [() => assertNotMatch("abc", /d/), () => assertNotMatch("abc", /b/)],
  assertArrayIncludes: [
    () => assertArrayIncludes([{ a: 1 }, { b: 2 }], [{ b: 2 }]),
    () => assertArrayIncludes([{ a: 1 }], [{ b: 2 }]),
  ],
  assertObjectMatch: [
    () =>
      assertObjectMatch({ a: { b: 1, c: 2 }, d: [{ e: 1, f: 2 }, 3] }, {
        a: { b: 1 },
        d: [{ e: 1 }],
      }),
    () => assertObjectMatch({ a: { b: 1 } }, { a: { b: 1, c: undefined } }),
  ],
  assertInstanceOf: [
    () => assertInstanceOf(new TypeError(), Error),
    () => assertInstanceOf({}, Error),
  ],
  assertIsError: [
    () => assertIsError(new TypeError("no such host"), TypeError, "host"),
    () => assertIsError(new TypeError("no such host"), RangeError),
  ],
  assertGreater: [() => assertGreater(2, 1), () => assertGreater(1, 1)],
  assertGreaterOrEqual: [() => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(0, 1)],
  assertLess: [() => assertLess(1, 2), () => assertLess(1, 1)],
  assertLessOrEqual: [() => assertLessOrEqual(1, 1), () => assertLessOrEqual(1, 0)],
  assertAlmostEquals: [
    () => assertAlmostEquals(1, 1.05, 0.1),
    () => assertAlmostEquals(1, 1.2, 0.1),
  ],
  assertThrows: [
    () => assertThrows(() => fail("no such host"), Error, "host"),
    () => assertThrows(() => fail("no such host"), Error, "port"),
  ],
  fail: [() => {}, () => fail("x")],
  unreachable: [() => {}, () => unreachable()],
};

for (const [name, [holds, fails]] of Object.entries(CLAIMS)) {
  Deno.test(`${name}() passes what holds and throws on what does not`, () => {
    holds();
    let thrown: unknown;
    try {
      fails();
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof AssertionError)) throw new Error(`${name}() threw ${thrown}`);
  });
}

Deno.test("assertThrows() gives the error, and fails where nothing is thrown", () => {
  const error = new RangeError("too far");
  assertStrictEquals(
    assertThrows(() => {
      throw error;
    }, RangeError),
    error,
  );
  assertStrictEquals(
    assertThrows(() => {
      throw error;
    }),
    error,
  );
  assertThrows(() => assertThrows(() => 1), AssertionError);
});

Deno.test("assertRejects() gives the reason, and fails on a promise that resolves", async () => {
  const error = new RangeError("too far");
  assertStrictEquals(await assertRejects(() => Promise.reject(error), RangeError, "far"), error);
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
});

Deno.test("assertRejects() fails on a function that throws instead of rejecting", async () => {
  const throws = (): Promise<void> => {
    throw new RangeError("at once");
  };
  const error = await assertRejects(() => assertRejects(throws, RangeError), AssertionError);
  assertStringIncludes(error.message, "at once");
});

Deno.test("assertEquals() puts the given message before the difference", () => {
  const error = assertThrows(() => assertEquals(1, 2, "hosts differ"), AssertionError);
  assertMatch(error.message, /^hosts differ\n/);
});
