import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { secretsFromFiles } from "../../sdk/secrets/files.ts";
import { type ListingSource, resolveAllSecrets, resolveSecrets } from "../../sdk/secrets/source.ts";
import { type ProjectFiles, withProject } from "../fixtures/project_folder.ts";

interface Options {
  readonly destination?: string;
  readonly secretsPath?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the secrets of a project are, and what the user is told of them. */
async function read(
  files: ProjectFiles,
  options: Options,
  body: (source: ListingSource, warnings: readonly string[]) => Promise<void>,
): Promise<void> {
  await withProject(files, async (root) => {
    const warnings: string[] = [];
    const source = secretsFromFiles({
      root,
      secretsPath: ".kamal/secrets",
      env: {},
      onWarning: (message) => warnings.push(message),
      ...options,
    });
    await body(source, warnings);
  });
}

const ENV_FILES = {
  ".kamal/.env": "A=plain\nB='of $all'",
  ".kamal/.env.staging": 'A="two\\nlines"',
};

Deno.test("secretsFromFiles() reads Kamal 1's .kamal/.env, and lets the destination's win", async () => {
  await read(ENV_FILES, { destination: "staging" }, async (source, warnings) => {
    const values = await resolveSecrets(source, ["A", "B"]);
    assertEquals([...values], [["A", "two\nlines"], ["B", "of $all"]]);
    assertEquals(warnings, []);
  });
  await read(ENV_FILES, {}, async (source) => {
    assertEquals(await source.value("A"), "plain");
    assertEquals(await source.value("toString"), undefined);
  });
});

Deno.test("secretsFromFiles() reads the project's .env, and warns once with what to do", async () => {
  await read(
    { ".env": "A=1", ".env.eu": "B=2" },
    { destination: "eu" },
    async (source, warnings) => {
      assertEquals(warnings, []);
      assertEquals([...await resolveSecrets(source, ["A", "B"])], [["A", "1"], ["B", "2"]]);
      assertEquals(warnings, [
        "secrets come from .env and .env.eu in the project's folder, which other programs read as well; keep them apart: mv .env .env.eu .kamal/",
      ]);
    },
  );
});

Deno.test("secretsFromFiles() leaves the project's .env alone where .kamal has one", async () => {
  await read({ ...ENV_FILES, ".env": "C=root" }, {}, async (source, warnings) => {
    assertEquals(await source.value("C"), undefined);
    assertEquals(warnings, []);
  });
});

Deno.test("secretsFromFiles() reads no env file where there are secrets of Kamal 2, of any destination", async () => {
  for (const file of [".kamal/secrets", ".kamal/secrets-common", ".kamal/secrets.eu"]) {
    await read({ ...ENV_FILES, ".env": "C=root", [file]: "X=1" }, {}, async (source) => {
      assertEquals(await source.value("A"), undefined, file);
      assertEquals(await source.value("C"), undefined, file);
    });
  }
  await read({ ...ENV_FILES }, { secretsPath: "ops/secrets" }, async (source) => {
    assertEquals(await source.value("A"), undefined);
  });
});

Deno.test("secretsFromFiles() refuses an env file's $(command), but for one in single quotes", async () => {
  const files = { ".kamal/.env": "A=$(op read x)\nB='$(x)'\nexport C=1" };
  await read(files, {}, async (source) => {
    assertEquals([...await resolveSecrets(source, ["B", "C"])], [["B", "$(x)"], ["C", "1"]]);
    const error = await assertRejects(() => resolveSecrets(source, ["A", "C"]), ConfigError);
    assertEquals(error.details, [
      ".kamal/.env  A  has a $(command), which is not run in an env file",
    ]);
    assertStringIncludes(error.hint ?? "", ".kamal/secrets");
  });
});

Deno.test("secretsFromFiles() takes a folder named .env for no env file", async () => {
  await read({ ".env/bin/": "", ".kamal/.env/": "" }, {}, async (source, warnings) => {
    assertEquals([await source.value("A"), warnings.length], [undefined, 0]);
  });
});

Deno.test("resolveSecrets() says of what env files lack where it was looked for, and what to add", async () => {
  await read(ENV_FILES, { env: { TOKEN: "swordfish" } }, async (source) => {
    const error = await assertRejects(() => resolveSecrets(source, ["A", "KEY"]), SextantError);
    assertEquals(error.details, ["KEY: not found in .kamal/.env, .kamal/secrets (no such file)"]);
    assertEquals(error.hint, "Add KEY=value to .kamal/.env.");
    const other = await assertRejects(() => resolveSecrets(source, ["TOKEN"]), SextantError);
    assertEquals(
      other.hint,
      "TOKEN is in the environment: pass it on by TOKEN=$TOKEN in .kamal/.env.",
    );
  });
});

Deno.test("resolveSecrets() says of an env file that holds what is missing why it does not count", async () => {
  const files = { ".env": "KEY=1", ".kamal/secrets": "A=1" };
  await read(files, {}, async (source, warnings) => {
    const error = await assertRejects(() => resolveSecrets(source, ["A", "KEY"]), SextantError);
    assertEquals(
      error.hint,
      "KEY is in .env, which is not read where there are secrets files: move it to .kamal/secrets.",
    );
    assertEquals(warnings, []);
  });
});

Deno.test("resolveAllSecrets() gives those of env files as well", async () => {
  await withProject(ENV_FILES, async (root) => {
    const source = secretsFromFiles({ root, secretsPath: ".kamal/secrets", env: {} });
    const secrets = await resolveAllSecrets(source);
    assertEquals([...secrets], [["A", "plain"], ["B", "of $all"]]);
  });
});
