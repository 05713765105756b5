import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fetchSecrets } from "../../../sdk/secrets/fetch.ts";
import { withProject } from "../../fixtures/project_folder.ts";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const ENTRY = "swordfish\nuser: me\nurl:https://acme.dev:8443\n";

const PASS = `
case "$*" in
"show -- shop/db") printf '%s' '${ENTRY}' ;;
"show -- shop/empty") ;;
*) echo "Error: $3 is not in the password store." >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "pass", from: "shop", names: ["db"] };

testNotInstalled("pass", "pass", ASKED);

Deno.test("pass gives the first line, a field, or the whole text, asking once for an entry", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    assertEquals(await pass.fetch({ ...ASKED, names: ["db", "db#user", "db#url", "db#"] }), {
      "shop/db": "swordfish",
      "shop/db#user": "me",
      "shop/db#url": "https://acme.dev:8443",
      "shop/db#": ENTRY.trimEnd(),
    });
    assertEquals(await pass.calls(), ["pass|show|--|shop/db"]);
  });
});

Deno.test("pass names everything that is missing", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const error = await pass.fail({ ...ASKED, names: ["db#none", "db", "other", "other#user"] });
    assertEquals(
      error.message,
      "could not find shop/db#none, shop/other, shop/other#user in pass",
    );
    assertEquals(error.details, ["Error: shop/other is not in the password store."]);
  });
});

const missing = ["pass", "gpg"].filter((program) => !isInstalled(program));

Deno.test({
  name: "pass reads a real store" +
    (missing.length > 0 ? ` (skipped: ${missing.join(", ")} not installed)` : ""),
  ignore: missing.length > 0,
  fn: async () => {
    await withProject({ "gpg/": "" }, async (root) => {
      await Deno.chmod(join(root, "gpg"), 0o700);
      const env = {
        ...Deno.env.toObject(),
        GNUPGHOME: join(root, "gpg"),
        PASSWORD_STORE_DIR: join(root, "store"),
      };
      try {
        const key = ["--quick-generate-key", "shop@example.com", "default", "default", "never"];
        await run(env, "gpg", ["--batch", "--passphrase", "", ...key]);
        await run(env, "pass", ["init", "shop@example.com"]);
        await run(env, "pass", ["insert", "--multiline", "shop/db"], ENTRY);
        const surroundings = { root, env, isInteractive: false };
        const wanted = { adapter: "pass", from: "shop", account: undefined };
        const secrets = await fetchSecrets({ ...wanted, names: ["db", "db#user"] }, surroundings);
        assertEquals([...secrets], [["shop/db", "swordfish"], ["shop/db#user", "me"]]);
        const failure = await fetchSecrets({ ...wanted, names: ["none"] }, surroundings)
          .catch((error) => error.message);
        assertEquals(failure, "could not find shop/none in pass");
      } finally {
        await run(env, "gpgconf", ["--kill", "all"]);
      }
    });
  },
});

function isInstalled(program: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(join(folder, program)).isFile;
    } catch {
      return false;
    }
  });
}

async function run(
  env: Record<string, string>,
  program: string,
  args: string[],
  input = "",
): Promise<void> {
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stderr } = await child.output();
  assertEquals(success, true, `${program}: ${new TextDecoder().decode(stderr)}`);
}
