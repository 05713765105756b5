import "../../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { SextantError } from "../../../sdk/errors.ts";
import { ADAPTERS } from "../../../sdk/secrets/adapters/adapters.ts";
import { fetchSecrets } from "../../../sdk/secrets/fetch.ts";
import { appears } from "../../fixtures/project_folder.ts";
import { withStandIns } from "./stand_in.ts";

Deno.test("fetchSecrets() refuses an unknown adapter, and names those there are", async () => {
  await withStandIns({}, async (none) => {
    const { code, message, hint } = await none.fail({ adapter: "keepass" });
    assertEquals([code, message], ["USAGE", 'there is no secrets adapter "keepass"']);
    assertEquals(hint, `There are: ${Object.keys(ADAPTERS).join(", ")}`);
    assertEquals((await none.fail({ adapter: "toString" })).code, "USAGE");
  });
});

Deno.test("fetchSecrets() insists on an account where one is needed, before it runs anything", async () => {
  await withStandIns({}, async (none) => {
    const needy = Object.keys(ADAPTERS).filter((name) => ADAPTERS[name]!.account === "required");
    assertEquals(needy, ["1password", "lastpass", "bitwarden", "gcp"]);
    for (const adapter of needy) {
      const { code, message } = await none.fail({ adapter, names: ["A"] });
      assertEquals([code, message], ["USAGE", `the secrets adapter ${adapter} needs an account`]);
    }
  });
});

Deno.test("fetchSecrets() refuses an account where it would do nothing", async () => {
  await withStandIns({}, async (none) => {
    const { code, message } = await none.fail({ adapter: "pass", account: "me", names: ["A"] });
    assertEquals([code, message], ["USAGE", "the secrets adapter pass takes no account"]);
  });
});

Deno.test("fetchSecrets() refuses to fetch nothing in particular", async () => {
  await withStandIns({}, async (none) => {
    for (const adapter of ["lastpass", "bitwarden", "gcp"]) {
      assertEquals((await none.fail({ adapter, account: "me" })).code, "USAGE", adapter);
    }
    for (const adapter of ["bitwarden-sm", "aws_secrets_manager", "enpass", "passbolt", "pass"]) {
      assertEquals((await none.fail({ adapter })).code, "USAGE", adapter);
    }
  });
});

Deno.test("fetchSecrets() finds programs by their path in the project, and says if one may not be run", async () => {
  await withStandIns({ secrets: `printf '{"A":"a1"}'` }, async (command) => {
    const wanted = { adapter: "command", from: "./bin/secrets", names: ["A"] };
    assertEquals(await command.fetch(wanted), { A: "a1" });
    await Deno.writeTextFile(join(command.root, "bin/plain"), "", { mode: 0o644 });
    const { code, message } = await command.fail({ ...wanted, from: "./bin/plain" });
    assertEquals([code, message], [
      "SECRET_MISSING",
      "./bin/plain cannot be started: permission denied",
    ]);
  });
});

Deno.test("fetchSecrets() gives programs no input to wait for", async () => {
  await withStandIns({ pass: "read -r line && echo read || echo end" }, async (pass) => {
    assertEquals(await pass.fetch({ adapter: "pass", names: ["A"] }), { A: "end" });
  });
});

Deno.test("fetchSecrets() shows nothing of an answer that it cannot read", async () => {
  await withStandIns({ sops: "echo swordfish" }, async (sops) => {
    const error = await sops.fail({ adapter: "sops", from: "a b.yaml" });
    assertEquals(
      error.message,
      'sops --decrypt --output-type json "a b.yaml" did not write JSON',
    );
    assert(!JSON.stringify([error.message, error.details, error.hint]).includes("swordfish"));
    assertEquals(error.cause, undefined);
  });
});

Deno.test("fetchSecrets() ends the program when it is cancelled", async () => {
  const script = `: >"$STATE/started"; PATH=/bin:/usr/bin; sleep 5 & wait`;
  await withStandIns({ pass: script }, async ({ root, env }) => {
    const abort = new AbortController();
    const wanted = { adapter: "pass", names: ["A"], from: undefined, account: undefined };
    const surroundings = { root, env, isInteractive: false, signal: abort.signal };
    const failure = assertRejects(() => fetchSecrets(wanted, surroundings), SextantError);
    await appears(join(root, "started"));
    const aborted = performance.now();
    abort.abort();
    assertEquals((await failure).code, "CANCELLED");
    assert(performance.now() - aborted < 4000);
    const again = await assertRejects(() => fetchSecrets(wanted, surroundings), SextantError);
    assertEquals(again.code, "CANCELLED");
  });
});
