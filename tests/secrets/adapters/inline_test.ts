import "../../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { SextantError } from "../../../sdk/errors.ts";
import { secretsFromFiles } from "../../../sdk/secrets/files.ts";
import { answerInline } from "../../../sdk/secrets/inline.ts";
import { commandRunner } from "../../../sdk/secrets/run_command.ts";
import { resolveAllSecrets, resolveSecrets } from "../../../sdk/secrets/source.ts";
import { writeProject } from "../../fixtures/project_folder.ts";
import { type StandIns, withStandIns } from "./stand_in.ts";

// Neither sextant nor kamal is on the PATH.
const PASS = `
case "$3" in
shop/none) echo "Error: $3 is not in the password store." >&2; exit 1 ;;
*) echo "value of $3, \\$HOME 'and' \\"more\\"" ;;
esac`;

const VALUE = (name: string): string => `value of shop/${name}, $HOME 'and' "more"`;

async function resolved(
  standIns: StandIns,
  lines: readonly string[],
  names: readonly string[],
): Promise<Record<string, string>> {
  const { root } = standIns;
  await writeProject(root, { ".kamal/secrets": lines.join("\n") });
  const options = { root, env: { ...standIns.env, FOLDER: "shop" } };
  const runCommand = answerInline(commandRunner(options), options);
  const source = secretsFromFiles({ ...options, secretsPath: ".kamal/secrets", runCommand });
  return Object.fromEntries(await resolveSecrets(source, names));
}

Deno.test("answerInline() answers Sextant's and Kamal's own commands without either", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const lines = [
      "ALL=$(kamal secrets fetch --adapter pass --from $FOLDER A B)",
      "A=$(kamal secrets extract A $ALL)",
      'B="$(sextant secrets extract shop/B ${ALL})"',
      'C=x-$(sextant secrets extract A "$ALL")-y',
    ];
    assertEquals(await resolved(pass, lines, ["A", "B", "C"]), {
      A: VALUE("A"),
      B: VALUE("B"),
      C: `x-${VALUE("A")}-y`,
    });
    assertEquals(await pass.calls(), ["pass|show|--|shop/A", "pass|show|--|shop/B"]);
  });
});

Deno.test("answerInline() fetches once, however often a fetch is written", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const fetch = "$(sextant secrets fetch -a pass --from=shop A B)";
    const lines = [
      `A=$(sextant secrets extract A "${fetch}")`,
      `B=$(sextant secrets extract B ${fetch})`,
    ];
    assertEquals(await resolved(pass, lines, ["A", "B"]), { A: VALUE("A"), B: VALUE("B") });
    assertEquals((await pass.calls()).length, 2);
  });
});

Deno.test("answerInline() leaves other commands to the shell, also as a part of its own", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const lines = [
      `A=$(echo '{"A":"a1"}' | while read -r line; do echo "$line"; done)`,
      `B=$(sextant secrets extract A "$(echo "$A"; echo)")`,
      "C=$(sextant secrets fetch -a pass A | echo piped)",
      "D=$(kamal-secrets)",
    ];
    const secrets = await resolved(pass, lines, ["A", "B", "C"]);
    assertEquals(secrets, { A: '{"A":"a1"}', B: "a1", C: "piped" });
    await assertRejects(() => resolved(pass, lines, ["D"]), SextantError, "a secret is missing: D");
  });
});

Deno.test("answerInline() never runs what stands in a value", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const lines = [
      'JSON=\'{"A":"$(touch ran) `touch ran` * --adapter=x"}\'',
      "A=$(sextant secrets extract A $JSON)",
    ];
    const value = "$(touch ran) `touch ran` * --adapter=x";
    assertEquals((await resolved(pass, lines, ["A"]))["A"], value);
    await assertRejects(() => Deno.stat(join(pass.root, "ran")), Deno.errors.NotFound);
  });
});

Deno.test("answerInline() says which command failed, why and what to do, without values", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const lines = [
      "ALL=$(kamal secrets fetch  --adapter pass --from shop A)",
      "A=$(kamal secrets extract X $ALL)",
      "B=$(kamal secrets fetch --adapter pass --from shop none)",
      "C=$(kamal secrets fetch --adapter 1password --account me V/I/F)",
      "D=$(kamal secrets extract D $(exit 3))",
    ];
    const error = await assertRejects(
      () => resolved(pass, lines, ["A", "B", "C", "D"]),
      SextantError,
    );
    assertEquals([error.code, error.message], [
      "SECRET_MISSING",
      "4 secrets are missing: A, B, C, D",
    ]);
    assertEquals(error.details, [
      "$(kamal secrets extract X $ALL): could not find secret X",
      "fetched were shop/A",
      "$(kamal secrets fetch --adapter pass --from shop none): could not find shop/none in pass",
      "Error: shop/none is not in the password store.",
      "$(kamal secrets fetch --adapter 1password --account me V/I/F): 1Password CLI is not installed",
      "there is no program op on the PATH",
      "$(kamal secrets extract D $(exit 3)): $(exit 3) exited with status 3",
    ]);
    assertStringIncludes(error.hint ?? "", "developer.1password.com");
    assert(!JSON.stringify(error.details).includes("value of"));
  });
});

Deno.test("answerInline() refuses what it does not understand", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const refusals: Readonly<Record<string, string>> = {
      "": "secrets needs a command",
      print: 'there is no command "secrets print" here',
      "fetch A": "secrets fetch needs --adapter NAME",
      "fetch -a pass --form shop A": "secrets fetch knows no flag --form",
      "fetch -a bitwarden A": "the secrets adapter bitwarden needs an account",
      "extract A": "secrets extract needs a name, and what was fetched",
      "extract A {} {}": "",
    };
    for (const [words, message] of Object.entries(refusals)) {
      const command = `sextant secrets ${words}`.trim();
      const error = await assertRejects(
        () => resolved(pass, [`A=$(${command})`], ["A"]),
        SextantError,
      );
      // Braces are a pattern for a shell, which finds no sextant.
      const expected = message === ""
        ? `.kamal/secrets:1: A: $(${command}) exited with status 127`
        : `$(${command}): ${message}`;
      assertEquals(error.details[0], expected);
    }
    assertEquals(await pass.calls(), []);
  });
});

Deno.test("resolveAllSecrets() gives every secret of both files, the own one winning", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    await writeProject(pass.root, {
      ".kamal/secrets-common": "A=common\nB=common",
      ".kamal/secrets": "C=plain",
      ".kamal/secrets.eu": "ALL=$(kamal secrets fetch -a pass --from shop K)\nB=$KAMAL_DESTINATION",
    });
    const { root, env } = pass;
    const options = { root, secretsPath: ".kamal/secrets", env };
    const all = (more: { destination?: string; secretsPath?: string } = {}) =>
      resolveAllSecrets(secretsFromFiles({ ...options, ...more }));
    assertEquals([...await all()], [["A", "common"], ["B", "common"], ["C", "plain"]]);
    const secrets = await all({ destination: "eu" });
    assertEquals([...secrets], [
      ["A", "common"],
      ["ALL", JSON.stringify({ "shop/K": VALUE("K") })],
      ["B", "eu"],
    ]);
    assertEquals([...await all({ secretsPath: "none" })], []);
  });
});
