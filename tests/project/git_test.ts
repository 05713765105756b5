import "../sanitizers.ts";
import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { SextantError } from "../../sdk/errors.ts";
import { projectVersion } from "../../sdk/project/git.ts";
import { type ProjectFiles, withProject, writeProject } from "../fixtures/project_folder.ts";
import { git, withRepository } from "../fixtures/repository.ts";

const FILES: ProjectFiles = { "app.ts": "1", "lib/util.ts": "2", ".gitignore": "ignored\n" };

Deno.test("projectVersion() is the commit where nothing has changed", async () => {
  await withRepository(FILES, async (root, commit) => {
    await writeProject(root, { "ignored": "x" });
    const expected = { version: commit, isDirty: false, changed: [] };
    assertEquals(await projectVersion(root), expected);
    assertEquals(await projectVersion(join(root, "lib")), expected);
  });
});

Deno.test("projectVersion() tells changed files, and the same files give the same version", async () => {
  await withRepository(FILES, async (root, commit) => {
    await writeProject(root, { "app.ts": "changed", "new file": "new" });
    const { version, isDirty, changed } = await projectVersion(root);
    assertMatch(version, new RegExp(`^${commit}_uncommitted_[0-9a-f]{16}$`));
    assertEquals([isDirty, changed], [true, ["app.ts", "new file"]]);

    await git(root, "add", "--all");
    assertEquals((await projectVersion(root)).version, version);
    assertEquals((await projectVersion(join(root, "lib"))).version, version);
    await writeProject(root, { "new file": "newer" });
    assertNotEquals((await projectVersion(root)).version, version);
    await writeProject(root, { "new file": "new" });
    assertEquals((await projectVersion(root)).version, version);
  });
});

Deno.test("projectVersion() sees deletions, modes and links", async () => {
  await withRepository(FILES, async (root) => {
    const versions = new Set<string>();
    const look = async (): Promise<void> => void versions.add((await projectVersion(root)).version);
    await look();
    await writeProject(root, { "app.ts": "changed" });
    await look();
    await Deno.chmod(join(root, "app.ts"), 0o755);
    await look();
    await Deno.remove(join(root, "app.ts"));
    await look();
    await Deno.symlink("lib/util.ts", join(root, "app.ts"));
    await look();
    await Deno.remove(join(root, "app.ts"));
    await Deno.symlink("lib", join(root, "app.ts"));
    await look();
    await Deno.remove(join(root, "app.ts"));
    await writeProject(root, { "app.ts/inner": "1" });
    await look();
    assertEquals(versions.size, 7);
    assertEquals((await projectVersion(root)).changed, ["app.ts", "app.ts/inner"]);
  });
});

Deno.test("projectVersion() looks into a repository inside of the project", async () => {
  await withRepository(FILES, async (root) => {
    await withRepository({ "a": "1" }, async (inner) => {
      await Deno.rename(inner, join(root, "inner"));
      const { version, changed } = await projectVersion(root);
      assertEquals(changed, ["inner/"]);
      await writeProject(root, { "inner/a": "2" });
      assertNotEquals((await projectVersion(root)).version, version);
      await Deno.rename(join(root, "inner"), inner);
    });
  });
});

Deno.test("projectVersion() leaves the repository as it is", async () => {
  await withRepository(FILES, async (root) => {
    await writeProject(root, { "app.ts": "changed", "new": "new" });
    // Touched and not changed: git would like to note that.
    await Deno.utime(join(root, "lib/util.ts"), 1, 1);
    const before = await listing(join(root, ".git"));
    await projectVersion(root);
    assertEquals(await listing(join(root, ".git")), before);
  });
});

Deno.test("projectVersion() prefers the option to the environment, and that to git", async () => {
  await withProject({}, async (root) => {
    const env = { VERSION: "v2" };
    assertEquals((await projectVersion(root, { version: "v1", env })).version, "v1");
    assertEquals(await projectVersion(root, { env }), {
      version: "v2",
      isDirty: false,
      changed: [],
    });
    await assertRejects(() => projectVersion(root, { env: { VERSION: "" } }), SextantError);
  });
});

Deno.test("projectVersion() refuses a version that no image tag can be", async () => {
  for (const version of ["a b", "-x", "a/b", "x".repeat(129)]) {
    const error = await assertRejects(() => projectVersion(".", { version }), SextantError);
    assertEquals(error.code, "USAGE");
  }
});

Deno.test("projectVersion() says what is missing where git knows no commit", async () => {
  await withProject({}, async (root) => {
    const noRepository = await assertRejects(() => projectVersion(root), SextantError);
    assertEquals(noRepository.code, "VERSION_UNKNOWN");
    assertEquals(noRepository.message, `there is no git repository in ${root}`);
    assertMatch(noRepository.hint!, /--version/);

    await git(root, "init", "--quiet");
    const noCommit = await assertRejects(() => projectVersion(root), SextantError);
    assertEquals(noCommit.message, `the git repository in ${root} has no commit yet`);
  });
});

async function listing(folder: string): Promise<readonly string[]> {
  const entries: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const { mtime, size } = await Deno.stat(path);
    entries.push(`${path} ${size} ${mtime?.getTime()}`);
    if (isDirectory) entries.push(...await listing(path));
  }
  return entries.sort();
}
