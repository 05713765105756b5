import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { LOCK_HELD_STATUS, lockHeld } from "../../sdk/operations/lock.ts";
import { explainFailure, invertOperation } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";

// As Kamal took its lock, with its own words.
const KAMAL = `/usr/bin/env mkdir -p .kamal
/usr/bin/env mkdir .kamal/lock-shop && echo "TG9ja2VkIGJ5OiBEZXYgYXQgMjAyNi0xMS0yMFQxODoyMzoxM1oKVmVyc2lv
bjogYjUwZGM2MTgzNDEyNTViY2JkYzI5N2VlMWIwZDA3OTllYmJjYjNkOApN
ZXNzYWdlOiBBdXRvbWF0aWMgZGVwbG95IGxvY2s=
" > .kamal/lock-shop/details`;
const KAMALS_DETAILS = `Locked by: Dev at 2026-11-20T18:23:13Z
Version: b50dc618341255bcbdc297ee1b0d0799ebbcb3d8
Message: Automatic deploy lock`;

const ACQUIRE = {
  ...SAMPLES["acquire-lock"],
  at: "2026-11-20T18:23:13Z",
  version: "b50dc618341255bcbdc297ee1b0d0799ebbcb3d8",
};
const SHOW = SAMPLES["show-lock"];
const RELEASE = { kind: "release-lock", path: ".kamal/lock-shop", only: undefined } as const;

testInShells("acquireLock writes what Kamal writes", async (home, shell) => {
  await home.run(shell, KAMAL);
  const kamals = await home.read(".kamal/lock-shop/details");
  await home.do(shell, RELEASE);
  assertEquals((await home.do(shell, ACQUIRE)).code, 0);
  assertEquals((await home.read(".kamal/lock-shop/details")).trimEnd(), kamals.trimEnd());
});

testInShells(
  "acquireLock leaves a lock that is held alone, and tells its holder's words",
  async (home, shell) => {
    await home.run(shell, KAMAL);
    const { code, stdout } = await home.do(shell, { ...ACQUIRE, holder: "Somebody else" });
    assertEquals([code, stdout], [LOCK_HELD_STATUS, KAMALS_DETAILS]);
    assertEquals((await home.do(shell, SHOW)).stdout, KAMALS_DETAILS);
  },
);

testInShells("acquireLock waits for a lock that is released meanwhile", async (home, shell) => {
  await home.run(shell, KAMAL);
  const waiting = home.do(shell, { ...ACQUIRE, wait: { timeout: 20, interval: 1 } });
  await home.do(shell, RELEASE);
  assertEquals((await waiting).code, 0);
});

testInShells("acquireLock waits no longer than it was told", async (home, shell) => {
  await home.run(shell, KAMAL);
  const { code, stdout } = await home.do(shell, { ...ACQUIRE, wait: { timeout: 1, interval: 1 } });
  assertEquals([code, stdout], [LOCK_HELD_STATUS, KAMALS_DETAILS]);
});

testInShells("acquireLock makes one winner of two that come at once", async (home, shell) => {
  const codes = await Promise.all(
    ["a", "b", "c", "d"].map(async (holder) => (await home.do(shell, { ...ACQUIRE, holder })).code),
  );
  assertEquals(codes.toSorted((a, b) => a - b), [0, 75, 75, 75]);
});

testInShells("acquireLock is taken back by its own words only", async (home, shell) => {
  const [release] = invertOperation(ACQUIRE);
  await home.do(shell, ACQUIRE);
  assertEquals((await home.do(shell, release!)).code, 0);
  assertEquals(await home.list(".kamal"), []);
  await home.do(shell, { ...ACQUIRE, at: "2026-11-20T19:00:00Z" });
  assertEquals((await home.do(shell, release!)).code, 0);
  assertEquals(await home.list(".kamal"), ["lock-shop"]);
});

testInShells(
  "acquireLock that is broken off while it makes the folder can be taken back",
  async (home, shell) => {
    await home.program("mkdir", `/bin/mkdir "$@" && [ "$1" = -p ] || kill -TERM $PPID`);
    await home.do(shell, ACQUIRE);
    const [release] = invertOperation(ACQUIRE);
    assertEquals((await home.do(shell, release!)).code, 0);
    assertEquals(await home.list(".kamal"), []);
  },
  { plays: ["mkdir"] },
);

testInShells(
  "acquireLock that was never taken is taken back without a failure",
  async (home, shell) => {
    const [release] = invertOperation(ACQUIRE);
    assertEquals((await home.do(shell, release!)).code, 0);
  },
);

testInShells(
  "releaseLock releases Kamal's lock, whoever holds it, and fails where there is none",
  async (home, shell) => {
    await home.run(shell, KAMAL);
    assertEquals((await home.do(shell, RELEASE)).code, 0);
    assertEquals(await home.list(".kamal"), []);
    const { code } = await home.do(shell, RELEASE);
    const explained = explainFailure(RELEASE, { exitCode: code, stdout: "", stderr: "" });
    assertEquals(explained.code, "LOCK_MISSING");
  },
);

testInShells("showLock says that there is no lock", async (home, shell) => {
  assertEquals((await home.do(shell, SHOW)).stdout, "there is no deploy lock\n");
});

Deno.test("lockHeld() tells who holds the lock since when, and doing what", () => {
  const { code, message, hint } = lockHeld(KAMALS_DETAILS);
  assertEquals(code, "LOCK_HELD");
  assertEquals(
    message,
    "the deploy lock is held: Dev holds it since 2026-11-20T18:23:13Z (version b50dc618341255bcbdc297ee1b0d0799ebbcb3d8, Automatic deploy lock)",
  );
  assertStringIncludes(hint, "sextant lock release");
  assertStringIncludes(lockHeld("").message, "somebody");
});
