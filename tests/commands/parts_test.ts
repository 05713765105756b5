import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { joinParts, sideBySide, splitParts, withoutMarks } from "../../sdk/operations/parts.ts";
import { Home } from "./shells.ts";

const TEXTS = ["echo a; echo b", "echo no >&2; echo why; exit 3", "exit 4", ":"];

Deno.test("sideBySide() says of each part what it printed and how it ended", async () => {
  await Home.use(async (home) => {
    const { code, stdout, stderr } = await home.run("sh", sideBySide(TEXTS));
    assertEquals(code, 3);
    assertEquals(splitParts(TEXTS.length, { exitCode: code, stdout, stderr }), [
      { index: 0, exitCode: 0, stdout: "a\nb\n", stderr: "" },
      { index: 1, exitCode: 3, stdout: "why\n", stderr: "no\n" },
      { index: 2, exitCode: 4, stdout: "", stderr: "" },
      { index: 3, exitCode: 0, stdout: "", stderr: "" },
    ]);
    assertEquals(withoutMarks(stdout), "a\nb\nwhy\n");
  });
});

Deno.test("sideBySide() runs its parts at once", async () => {
  await Home.use(async (home) => {
    // Each waits for the other's file: one after the other would never end.
    const meet = (own: string, other: string): string =>
      `: >${own}; while [ ! -e ${other} ]; do sleep 0.05; done`;
    assertEquals((await home.run("sh", sideBySide([meet("a", "b"), meet("b", "a")]))).code, 0);
  });
});

Deno.test("joinParts() says what the shell would", async () => {
  await Home.use(async (home) => {
    const shell = await home.run("sh", sideBySide(TEXTS));
    const outcomes = [
      { exitCode: 0, stdout: "a\nb\n", stderr: "" },
      { exitCode: 3, stdout: "why\n", stderr: "no\n" },
      { exitCode: 4, stdout: "", stderr: "" },
      { exitCode: 0, stdout: "", stderr: "" },
    ];
    assertEquals(joinParts(outcomes), {
      exitCode: shell.code,
      stdout: shell.stdout,
      stderr: shell.stderr,
    });
  });
});
