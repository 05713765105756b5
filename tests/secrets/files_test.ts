import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { secretsFromFiles } from "../../sdk/secrets/files.ts";
import { resolveSecrets, type SecretSource } from "../../sdk/secrets/source.ts";
import { appears, withProject } from "../fixtures/project_folder.ts";

const PATH = Deno.env.get("PATH") ?? "";

function sourceIn(
  root: string,
  options: { destination?: string; env?: Record<string, string>; signal?: AbortSignal } = {},
): SecretSource {
  const { env = {}, ...rest } = options;
  return secretsFromFiles({
    root,
    secretsPath: ".kamal/secrets",
    env: { PATH, ...env },
    ...rest,
  });
}

Deno.test("secretsFromFiles() lets the own file win over the common one", async () => {
  await withProject({
    ".kamal/secrets-common": "A=common\nB=common",
    ".kamal/secrets": "B=own\nC=<$A>",
  }, async (root) => {
    const values = await resolveSecrets(sourceIn(root), ["C", "A", "B", "A"]);
    // The common file's names are not known in the other.
    assertEquals([...values], [["A", "common"], ["B", "own"], ["C", "<>"]]);
  });
});

Deno.test("secretsFromFiles() refuses a file that is no UTF-8, whose values would arrive as others", async () => {
  await withProject({ ".kamal/secrets": "" }, async (root) => {
    await Deno.writeFile(join(root, ".kamal/secrets"), new Uint8Array([0x41, 0x3d, 0xe9]));
    const error = await assertRejects(() => resolveSecrets(sourceIn(root), ["A"]), SextantError);
    assertEquals([error.code, error.message], ["SECRET_UNFIT", ".kamal/secrets is no UTF-8"]);
  });
});

Deno.test("secretsFromFiles() reads the destination's file in place of the plain one", async () => {
  await withProject({
    ".kamal/secrets-common": "A=common",
    ".kamal/secrets": "A=plain\nB=plain",
    ".kamal/secrets.staging": "A=staging\nD=$KAMAL_DESTINATION",
  }, async (root) => {
    const source = sourceIn(root, { destination: "staging" });
    assertEquals(await source.value("A"), "staging");
    assertEquals(await source.value("B"), undefined);
    assertEquals(await source.value("D"), "staging");
  });
});

Deno.test("secretsFromFiles() runs commands in the project's folder with a shell", async () => {
  await withProject({
    "token.txt": "swordfish\n",
    ".kamal/secrets": [
      `A=$(cat token.txt)`,
      `B="$(printf '%s' "$A" | tr a-z A-Z)"`,
      `C=$(printf '[%s]' $OPTIONS)`,
      `OPTIONS="-a -b"`,
      `D=$(printf '[%s]' $OPTIONS)`,
    ].join("\n"),
  }, async (root) => {
    const source = sourceIn(root, { env: { OPTIONS: "env" } });
    assertEquals(await source.value("B"), "SWORDFISH");
    assertEquals(await source.value("C"), "[env]");
    assertEquals(await source.value("D"), "[-a][-b]");
  });
});

Deno.test("secretsFromFiles() never runs what stands in a value", async () => {
  await withProject({
    ".kamal/secrets": "A='$(touch ran); `touch ran`'\nB=$(printf %s \"$A\" $A)",
  }, async (root) => {
    assertEquals(
      await sourceIn(root).value("B"),
      "$(touch ran); `touch ran`$(touchran);`touchran`",
    );
    await assertRejects(() => Deno.stat(join(root, "ran")), Deno.errors.NotFound);
  });
});

Deno.test("secretsFromFiles() keeps values out of the process list", async () => {
  await withProject({
    ".kamal/secrets":
      "A=$(printf 'sword'; printf 'fish')\nB=$(tr '\\\\0' ' ' </proc/$$/cmdline; : $A)",
  }, async (root) => {
    if (Deno.build.os !== "linux") return;
    const cmdline = await sourceIn(root).value("B");
    assertStringIncludes(cmdline!, "$A");
    assert(!cmdline!.includes("swordfish"));
  });
});

Deno.test("secretsFromFiles() hands Kamal's commands in a pipe a list as one word", async () => {
  await withProject({
    "bin/kamal":
      `#!/bin/sh\nif [ "$2" = fetch ]; then echo '{"A": "b *"}'; else printf '[%s]' "$@"; fi\n`,
    ".kamal/secrets": "ALL=$(kamal secrets fetch A | cat)\nA=$(kamal secrets extract A $ALL | cat)",
  }, async (root) => {
    await Deno.chmod(join(root, "bin/kamal"), 0o755);
    const source = sourceIn(root, { env: { PATH: `${join(root, "bin")}:${PATH}` } });
    assertEquals(await source.value("A"), `[secrets][extract][A][{"A": "b *"}]`);
  });
});

Deno.test("secretsFromFiles() needs neither Sextant nor Kamal for their commands", async () => {
  await withProject({
    "bin/all": `#!/bin/sh\nprintf '{"A":"b *"}'\n`,
    ".kamal/secrets": [
      "ALL=$(kamal secrets fetch --adapter command --from bin/all A)",
      "A=$(kamal secrets extract A $ALL)",
      "B=$(sextant secrets extract A $ALL)",
    ].join("\n"),
  }, async (root) => {
    await Deno.chmod(join(root, "bin/all"), 0o755);
    const values = await resolveSecrets(sourceIn(root), ["A", "B"]);
    assertEquals([...values], [["A", "b *"], ["B", "b *"]]);
  });
});

Deno.test("resolveSecrets() names all missing secrets, the files and a way out", async () => {
  await withProject({ ".kamal/secrets": "A=1" }, async (root) => {
    const source = sourceIn(root, { env: { TOKEN: "swordfish" } });
    const error = await assertRejects(
      () => resolveSecrets(source, ["TOKEN", "A", "KEY"]),
      SextantError,
    );
    assertEquals(error.code, "SECRET_MISSING");
    assertEquals(error.message, "2 secrets are missing: KEY, TOKEN");
    assertEquals(error.details, [
      "KEY, TOKEN: not found in .kamal/secrets, .kamal/secrets-common (no such file)",
    ]);
    assertEquals(
      error.hint,
      "TOKEN is in the environment: pass it on by TOKEN=$TOKEN in .kamal/secrets.",
    );
  });
});

Deno.test("resolveSecrets() names a failed command once, with all the secrets that need it", async () => {
  await withProject({
    ".kamal/secrets": "ALL=$(echo half; echo no vault >&2; exit 4)\nA=$ALL\nB=$(echo $ALL)",
  }, async (root) => {
    const error = await assertRejects(
      () => resolveSecrets(sourceIn(root), ["A", "B", "C"]),
      SextantError,
    );
    assertEquals(error.message, "3 secrets are missing: A, B, C");
    assertEquals(error.details, [
      "C: not found in .kamal/secrets, .kamal/secrets-common (no such file)",
      ".kamal/secrets:1: ALL: $(echo half; echo no vault >&2; exit 4) exited with status 4",
      "no vault",
    ]);
    assertStringIncludes(error.hint!, "by hand");
  });
});

Deno.test("resolveSecrets() reports a broken file as such", async () => {
  await withProject({ ".kamal/secrets": "nonsense" }, async (root) => {
    const error = await assertRejects(() => resolveSecrets(sourceIn(root), ["A"]), ConfigError);
    assertEquals(error.details, [".kamal/secrets:1  should be NAME=value"]);
  });
});

Deno.test("resolveSecrets() asks nothing of the files where no secret is named", async () => {
  await withProject({ ".kamal/secrets": "nonsense" }, async (root) => {
    assertEquals((await resolveSecrets(sourceIn(root), [])).size, 0);
  });
});

Deno.test("resolveSecrets() ends a running command when it is cancelled", async () => {
  await withProject({ ".kamal/secrets": "A=$(echo >started; sleep 5 | cat)" }, async (root) => {
    const abort = new AbortController();
    const failure = assertRejects(
      () => resolveSecrets(sourceIn(root, { signal: abort.signal }), ["A"]),
      SextantError,
    );
    await appears(join(root, "started"));
    const aborted = performance.now();
    abort.abort();
    assertEquals((await failure).code, "CANCELLED");
    assert(performance.now() - aborted < 4000);
  });
});
