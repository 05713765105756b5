import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { userInfo } from "node:os";
import { lockHolder, performer } from "../../sdk/project/performer.ts";
import { git, withRepository } from "../fixtures/repository.ts";

Deno.test("performer() is git's e-mail address, and lockHolder() git's name", async () => {
  await withRepository({ "a": "1" }, async (root) => {
    assertEquals(await performer(root), "ada@example.com");
    assertEquals(await lockHolder(root), "Ada Test");
  });
});

Deno.test("performer() is the login name where git knows none", async () => {
  await withRepository({ "a": "1" }, async (root) => {
    await git(root, "config", "user.email", "");
    await git(root, "config", "user.name", "");
    assertEquals(await performer(root), userInfo().username);
    assertEquals(await lockHolder(root), userInfo().username);
  });
});
