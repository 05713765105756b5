import { assertEquals } from "@std/assert";
import { FrameSplitter } from "../../sdk/transport/frames.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

/** Splits a stream that arrives in pieces of the given size; frames stand in angle brackets. */
function split(text: string, size: number): { found: string; received: number | undefined } {
  let found = "";
  const decoder = new TextDecoder("latin1");
  const splitter = new FrameSplitter(
    TOKEN,
    (bytes) => found += decoder.decode(bytes),
    (words) => found += `<${words.join(" ")}>`,
  );
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
  return { found, received: splitter.received };
}

Deno.test("FrameSplitter gives the same, whatever the pieces that a stream arrives in", () => {
  const stream = `noise~${TOKEN} b 0 1.5\na~b~~\n\n~${TOKEN} e 0 3 2.5\n~${TOKEN} z\nlate`;
  const expected = `noise<b 0 1.5>a~b~~\n\n<e 0 3 2.5><z>late`;
  for (let size = 1; size <= stream.length; size++) {
    assertEquals(split(stream, size).found, expected, `pieces of ${size}`);
  }
});

Deno.test("FrameSplitter takes frames of another token for output", () => {
  const other = `~${TOKEN.replace("0", "f")} b 0\n`;
  assertEquals(split(other, 7).found, other);
});

Deno.test("FrameSplitter holds back nothing but what may be the start of a frame", () => {
  assertEquals(split("a line\n", 3).found, "a line\n");
  assertEquals(split(`a line\n~${TOKEN}`, 3).found, "a line\n");
  assertEquals(
    split(`a line\n~${TOKEN.slice(0, 9)}x`, 100).found,
    `a line\n~${TOKEN.slice(0, 9)}x`,
  );
});

Deno.test("FrameSplitter counts bytes from the first frame on, what it holds back included", () => {
  const rest = `~${TOKEN} b 0\nabc~${TOKEN.slice(0, 5)}`;
  for (let size = 1; size <= 60; size++) {
    assertEquals(split(`noise${rest}`, size).received, rest.length, `pieces of ${size}`);
  }
  assertEquals(split("noise", 2).received, undefined);
});
