import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../sdk/cli/commands.ts";
import { COMMAND_WORDS } from "../../sdk/config/alias.ts";
import { ALIAS_RULE, splitCommand } from "../../sdk/config/alias_words.ts";
import { problemsWith, resolveWith } from "./spec.ts";

Deno.test("resolveConfig() keeps aliases as they are written", async () => {
  const aliases = { console: 'app exec -i --reuse "bin/rails console"', "db-c_2": "details" };
  assertEquals((await resolveWith({ aliases })).aliases, aliases);
});

Deno.test("resolveConfig() adds a destination's aliases, and puts them in the place of others", async () => {
  const { aliases } = await resolveWith({
    aliases: { info: "details", logs: "app logs" },
    destinations: { staging: { aliases: { logs: "app logs -f", sh: "app exec sh" } } },
  }, { destination: "staging" });
  assertEquals(aliases, { info: "details", logs: "app logs -f", sh: "app exec sh" });
});

Deno.test("resolveConfig() names the command that an alias would hide", async () => {
  const message = (name: string): string =>
    `aliases.${name}: "${name}" is a command of sextant: give the alias another name`;
  const names = ["app", "deploy", "help", "plan", "version"];
  const aliases = Object.fromEntries(names.map((name) => [name, "details"]));
  assertEquals(await problemsWith({ aliases }), names.map(message));
});

Deno.test("resolveConfig() refuses aliases that could not be called, or stand for nothing", async () => {
  const rule = "should be named with small letters, digits, hyphens and underscores";
  assertEquals(await problemsWith({ aliases: { Console: "details" } }), [
    `aliases.Console: ${rule}`,
  ]);
  assertEquals(await problemsWith({ aliases: { "a b": "details" } }), [`aliases["a b"]: ${rule}`]);
  for (const command of ["", "  ", 'app exec "sh', "app exec 'sh", "'' details"]) {
    assertEquals(await problemsWith({ aliases: { a: command } }), [`aliases.a: ${ALIAS_RULE}`]);
  }
  assertEquals(await problemsWith({ aliases: { a: 1 } }), ["aliases.a: should be a text, got 1"]);
});

Deno.test("COMMAND_WORDS are the first words of all commands, and help", () => {
  const words = new Set(COMMANDS.map(({ path }) => path[0] ?? ""));
  assertEquals(COMMAND_WORDS, [...words, "help"].toSorted());
});

const SPLIT: readonly (readonly [command: string, words: readonly string[] | undefined])[] = [
  ["app  exec\t-i \n bash ", ["app", "exec", "-i", "bash"]],
  ['a "b  c" \'d "e"\'', ["a", "b  c", 'd "e"']],
  [`a b"c"'d' ""`, ["a", "bcd", ""]],
  ['a b\\ c \\"d', ["a", "b c", '"d']],
  [`a "\\"b\\" \\$c \\d"`, ["a", '"b" $c \\d']],
  ["a '\\n'", ["a", "\\n"]],
  ["a $HOME *.rb | wc; b & c #d", ["a", "$HOME", "*.rb", "|", "wc;", "b", "&", "c", "#d"]],
  ["", []],
  ['a "b', undefined],
  ["a 'b\"", undefined],
];

Deno.test("splitCommand() splits at spaces, and takes quotes and backslashes as a shell does", () => {
  for (const [command, words] of SPLIT) assertEquals(splitCommand(command), words, command);
});
