import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import {
  all,
  any,
  append,
  each,
  expandable,
  pipe,
  quiet,
  quote,
  raw,
  run,
  text,
  toShell,
  toText,
  write,
} from "../../sdk/command.ts";
import { Home, SHELLS } from "./shells.ts";

Deno.test("quote() leaves plain words alone and quotes all others", () => {
  assertEquals(quote("docker"), "docker");
  assertEquals(quote("a=b:c,d/e.f-g@h%i+j"), "a=b:c,d/e.f-g@h%i+j");
  assertEquals(quote(""), "''");
  assertEquals(quote("a b"), "'a b'");
  assertEquals(quote("it's"), `'it'\\''s'`);
  assertEquals(quote("~"), "'~'");
});

Deno.test("quote() gives every shell exactly the word that it was given", async () => {
  const words = [
    "",
    " ",
    "a b",
    "it's",
    '"$HOME"',
    "`id`",
    "$(id)",
    "a\nb",
    "\\",
    "*",
    "~",
    "ö 🚢",
    "-n",
    "!",
  ];
  for (const shell of SHELLS.keys()) {
    const command = toShell(run("printf", "<%s>", ...words), () => "");
    const { stdout } = await Home.use((home) => home.run(shell, command));
    assertEquals(stdout, words.map((word) => `<${word}>`).join(""), shell);
  }
});

Deno.test("expandable() lets the host expand ${NAME} and nothing else", async () => {
  const word = expandable("a $HOME ${WHO}'s `id` \\ ${not-a-name}");
  const command = `WHO=me; ${toShell(run("printf", "%s", word), () => "")}`;
  const { stdout } = await Home.use((home) => home.run("sh", command));
  assertEquals(stdout, "a $HOME me's `id` \\ ${not-a-name}");
});

Deno.test("toText() shows the names of secrets, toShell() their quoted values", () => {
  const command = run("login", { secret: "PASSWORD" });
  assertEquals(toText(command), "login [PASSWORD]");
  assertEquals(toShell(command, (name) => `it's ${name}`), `login 'it'\\''s PASSWORD'`);
});

Deno.test("toShell() renders structure as structure", () => {
  const [a, b] = [run("a"), run("b", "c d")];
  const shell = (command: Parameters<typeof toShell>[0]): string => toShell(command, () => "");
  assertEquals(shell(all(a, b)), "a && b 'c d'");
  assertEquals(shell(any(a, b)), "{ a || b 'c d'; }");
  assertEquals(shell(each(a, b)), "{ a; b 'c d'; }");
  assertEquals(shell(pipe(a, b)), "a | b 'c d'");
  assertEquals(shell(write(a, "x y")), "a > 'x y'");
  assertEquals(shell(append(a, raw("$F"))), "a >> $F");
  assertEquals(shell(quiet(a)), "a >/dev/null");
  assertEquals(shell(text("while :; do :; done")), "while :; do :; done");
});

Deno.test("toShell() groups && inside of other structure, which would bind it otherwise", async () => {
  const say = (word: string) => run("echo", word);
  const cases = [
    // Without the group, "c" would be said as well.
    [any(say("a"), all(say("b"), say("c"))), "a\n"],
    [pipe(all(say("a"), say("b")), run("tr", "\\n", " ")), "a b "],
    [each(quiet(all(say("a"), say("b"))), say("c")), "c\n"],
    [all(write(all(say("a"), say("b")), "file"), run("cat", "file")), "a\nb\n"],
  ] as const;
  for (const [command, expected] of cases) {
    const { stdout } = await Home.use((home) => home.run("sh", toShell(command, () => "")));
    assertEquals(stdout, expected, toText(command));
  }
});
