import "../sanitizers.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { digestFiles, findErrorPages, readProjectFile } from "../../sdk/project/files.ts";
import { withProject } from "../fixtures/project_folder.ts";

Deno.test("digestFiles() gives SHA-256 by path, each once, in order", async () => {
  await withProject({ "b": "", "a/x": "abc" }, async (root) => {
    const digests = await digestFiles(root, ["b", "a/x", "b"]);
    assertEquals(Object.entries(digests), [
      ["a/x", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      ["b", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ]);
    assertEquals(await digestFiles(root, []), {});
  });
});

Deno.test("digestFiles() names every path that is no file", async () => {
  await withProject({ "a": "", "folder/": "" }, async (root) => {
    const error = await assertRejects(
      () => digestFiles(root, ["nowhere", "a", "folder", "a/b"]),
      ConfigError,
    );
    assertEquals(error.problems.map(({ path }) => path), ["a/b", "folder", "nowhere"]);
  });
});

Deno.test("findErrorPages() gives the pages of a folder, and says where there is none", async () => {
  const files = {
    "public/404.html": "",
    "public/503.html": "",
    "public/index.html": "",
    "x/y": "",
  };
  await withProject(files, async (root) => {
    const found = await findErrorPages(root, "public/");
    assertEquals(found.toSorted(), ["public/404.html", "public/503.html"]);
    assertEquals(await findErrorPages(root, undefined), []);
    for (const folder of ["x", "x/y", "nowhere"]) {
      const error = await assertRejects(() => findErrorPages(root, folder), ConfigError);
      assertEquals(error.problems.map(({ path }) => path), [folder]);
    }
  });
});

Deno.test("readProjectFile() gives a file's bytes", async () => {
  await withProject({ "a": "x" }, async (root) => {
    assertEquals([...await readProjectFile(root, "a")], [120]);
    const error = await assertRejects(() => readProjectFile(root, "b"), ConfigError);
    assertEquals(error.details, ["b  is named in the deployment, but is no file"]);
  });
});
