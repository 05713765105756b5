/**
 * Password managers whose own programs can be had, with stores of their own that need no network.
 */
import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fetchSecrets } from "../../sdk/secrets/fetch.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { installFromDebian } from "../lab/apt.ts";
import { labTest } from "../lab/lab.ts";

const ENTRY = "swordfish\nuser: me\nurl:https://acme.dev:8443\n";

labTest("pass reads a real store", async () => {
  const missing = ["pass", "gpg"].filter((program) => !isInstalled(program));
  if (missing.length > 0) await installFromDebian(["pass", "gnupg"]);
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
      const names = ["db", "db#user", "db#url", "db#"];
      assertEquals(Object.fromEntries(await fetchSecrets({ ...wanted, names }, surroundings)), {
        "shop/db": "swordfish",
        "shop/db#user": "me",
        "shop/db#url": "https://acme.dev:8443",
        "shop/db#": ENTRY.trimEnd(),
      });
      const failure = await fetchSecrets({ ...wanted, names: ["none"] }, surroundings)
        .catch((error) => error.message);
      assertEquals(failure, "could not find shop/none in pass");
    } finally {
      await run(env, "gpgconf", ["--kill", "all"]);
    }
  });
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
