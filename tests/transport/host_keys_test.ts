import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { HostKeys, type NewHostKey } from "../../sdk/transport/host_keys.ts";
import type { Target } from "../../sdk/transport/transport.ts";

const WEB: Target = { name: "web", address: "web.example", port: 22, user: "deploy" };
const DB: Target = { name: "db", address: "10.0.0.2", port: 2222, user: "deploy" };

function key(content: string): Uint8Array {
  const type = "ssh-ed25519";
  return new Uint8Array([0, 0, 0, type.length, ...new TextEncoder().encode(type + content)]);
}

async function withHome(test: (home: string, file: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await test(home, join(home, ".ssh", "known_hosts"));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("HostKeys puts a new host's key on file once it is accepted, for its owner's eyes only", async () => {
  await withHome(async (home, file) => {
    const seen: NewHostKey[] = [];
    const keys = new HostKeys({ home, onNewHostKey: (key) => seen.push(key) });
    const check = await keys.check(DB);
    assertEquals(check.refusal(key("one")), undefined);
    assertEquals(await Deno.stat(file).catch(() => "none"), "none");
    await check.accept();
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
    assertEquals((await Deno.stat(join(home, ".ssh"))).mode! & 0o777, 0o700);
    assertEquals(
      await Deno.readTextFile(file),
      `[10.0.0.2]:2222 ssh-ed25519 ${
        btoa(
          String.fromCharCode(...key("one")),
        )
      }\n`,
    );
    assertEquals(seen.map(({ target, file, type }) => [target, file, type]), [[
      DB,
      file,
      "ssh-ed25519",
    ]]);
    assertEquals((await keys.check(DB)).refusal(key("one")), undefined);
  });
});

Deno.test("HostKeys adds lines to a file that does not end with one, and none twice", async () => {
  await withHome(async (home, file) => {
    await Deno.mkdir(join(home, ".ssh"));
    await Deno.writeTextFile(file, "old.example ssh-rsa AAAA");
    const keys = new HostKeys({ home });
    const targets = [WEB, DB, WEB, { ...WEB, address: "web2.example" }];
    const checks = await Promise.all(targets.map((target) => keys.check(target)));
    for (const check of checks) check.refusal(key("one"));
    await Promise.all(checks.map((check) => check.accept()));
    const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
    assertEquals(lines.map((line) => line.split(" ")[0]), [
      "old.example",
      "web.example",
      "[10.0.0.2]:2222",
      "web2.example",
    ]);
  });
});

Deno.test("HostKeys refuses a changed key, naming the line and the way out", async () => {
  for (const hostKeys of ["accept-new", "strict"] as const) {
    await withHome(async (home, file) => {
      const keys = new HostKeys({ home, hostKeys: "accept-new" });
      const first = await keys.check(DB);
      first.refusal(key("one"));
      await first.accept();
      const check = await new HostKeys({ home, hostKeys }).check(DB);
      const error = check.refusal(key("two"));
      await check.accept();
      assertEquals(error?.code, "HOST_KEY_CHANGED");
      assertStringIncludes(error!.message, `db: its host key changed`);
      assertStringIncludes(error!.message, `${file}:1`);
      assertStringIncludes(error!.hint!, `ssh-keygen -f ${file} -R '[10.0.0.2]:2222'`);
      assertEquals((await Deno.readTextFile(file)).split("\n").length, 2);
    });
  }
});

Deno.test("HostKeys refuses an unknown key where it is strict", async () => {
  await withHome(async (home) => {
    const check = await new HostKeys({ home, hostKeys: "strict" }).check(WEB);
    const error = check.refusal(key("one"));
    assertEquals(error?.code, "HOST_KEY_UNKNOWN");
    assertStringIncludes(error!.message, "SHA256:");
    assertStringIncludes(error!.hint!, "ssh-keyscan -p 22 web.example");
  });
});

Deno.test("HostKeys says when it cannot put a key on file, and goes on", async () => {
  await withHome(async (home) => {
    await Deno.writeTextFile(join(home, ".ssh"), "not a folder");
    const seen: NewHostKey[] = [];
    const check = await new HostKeys({ home, onNewHostKey: (key) => seen.push(key) }).check(WEB);
    check.refusal(key("one"));
    await check.accept();
    assertEquals(seen.map(({ file }) => file), [undefined]);
  });
});
