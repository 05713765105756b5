/**
 * Password managers whose own programs can be had, with stores of their own that need no network.
 */
import "../sanitizers.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { SextantError } from "../../sdk/errors.ts";
import { fetchSecrets } from "../../sdk/secrets/fetch.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { installFromDebian } from "../lab/apt.ts";
import { cached } from "../lab/cache.ts";
import { goInstalled } from "../lab/go.ts";
import { labTest } from "../lab/lab.ts";
import { pythonWithPip } from "../lab/python.ts";

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

const SECRETS: Readonly<Record<string, string>> = {
  "shop/token": 'it\'s "quoted" $HOME é',
  "shop/db": JSON.stringify({ user: "me", port: 5432 }),
};

labTest(
  "aws, the real program, reads secrets from an endpoint that answers as AWS does",
  async () => {
    const folder = await cached("awscli-1.46.2", async (path) => {
      const args = ["-m", "pip", "install", "--quiet", "--target", path, "awscli==1.46.2"];
      await run(Deno.env.toObject(), await pythonWithPip(), args);
    });
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      answerAsAws,
    );
    await withProject({}, async (root) => {
      const env = {
        ...Deno.env.toObject(),
        ...{ PATH: `${folder}/bin:${Deno.env.get("PATH")}`, PYTHONPATH: folder, HOME: root },
        ...{ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_DEFAULT_REGION: "eu-west-1" },
        AWS_ENDPOINT_URL: `http://127.0.0.1:${server.addr.port}`,
      };
      const surroundings = { root, env, isInteractive: false };
      const wanted = { adapter: "aws_secrets_manager", from: "shop", account: undefined };
      const fetch = (names: readonly string[]): Promise<ReadonlyMap<string, string>> =>
        fetchSecrets({ ...wanted, names }, surroundings);
      assertEquals(Object.fromEntries(await fetch(["token", "db"])), {
        "shop/token": SECRETS["shop/token"]!,
        "shop/db/user": "me",
        "shop/db/port": "5432",
      });
      const error = await assertRejects(() => fetch(["token", "none"]), SextantError);
      assertEquals(error.message, "could not find shop/none in AWS");
      assertEquals(error.details, ["shop/none: ResourceNotFoundException: there is none"]);
    });
  },
);

labTest("sops reads a real file, encrypted for an age key", async () => {
  const sops = await goInstalled("sops", "github.com/getsops/sops/v3/cmd/sops@v3.11.0");
  const keygen = await goInstalled("age-keygen", "filippo.io/age/cmd/age-keygen@v1.2.1");
  const plain = "KEY: k1\ndb:\n  password: swordfish\n  port: 5432\n";
  await withProject({ "bin/": "", "secrets.yaml": plain }, async (root) => {
    await Deno.symlink(sops, join(root, "bin/sops"));
    const env = {
      ...Deno.env.toObject(),
      PATH: `${join(root, "bin")}:${Deno.env.get("PATH")}`,
      SOPS_AGE_KEY_FILE: join(root, "key.txt"),
    };
    await run(env, keygen, ["-o", join(root, "key.txt")]);
    const key = await Deno.readTextFile(join(root, "key.txt"));
    const recipient = /age1\w+/.exec(key)![0];
    await run(env, sops, ["encrypt", "--in-place", "--age", recipient, join(root, "secrets.yaml")]);
    const surroundings = { root, env, isInteractive: false };
    const wanted = { adapter: "sops", from: "secrets.yaml", account: undefined };
    assertEquals(
      Object.fromEntries(
        await fetchSecrets({ ...wanted, names: ["KEY", "db/port"] }, surroundings),
      ),
      { "KEY": "k1", "db/port": "5432" },
    );
    const failure = await assertRejects(
      () => fetchSecrets({ ...wanted, names: ["none"] }, surroundings),
      SextantError,
    );
    assertEquals(failure.message, "could not find none in sops");
    await Deno.remove(join(root, "key.txt"));
    await assertRejects(() => fetchSecrets({ ...wanted, names: [] }, surroundings), SextantError);
  });
});

/** What Secrets Manager answers to BatchGetSecretValue. */
async function answerAsAws(request: Request): Promise<Response> {
  const target = request.headers.get("x-amz-target");
  if (target !== "secretsmanager.BatchGetSecretValue") return new Response(null, { status: 400 });
  const { SecretIdList } = await request.json() as { SecretIdList: readonly string[] };
  return Response.json({
    SecretValues: SecretIdList.filter((name) => name in SECRETS).map((name) => {
      return { ARN: `arn:aws:${name}`, Name: name, SecretString: SECRETS[name] };
    }),
    Errors: SecretIdList.filter((name) => !(name in SECRETS)).map((name) => {
      return { SecretId: name, ErrorCode: "ResourceNotFoundException", Message: "there is none" };
    }),
  });
}

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
