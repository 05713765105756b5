import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { parseProbe } from "../../sdk/observe/parse.ts";
import { MOST_RELEASES, releaseLine } from "../../sdk/operations/release.ts";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";

const RELEASE = SAMPLES["record-release"];
const DIGEST = `sha256:${"a".repeat(64)}`;

testInShells(
  "recordRelease adds a line of JSON with the digest of the pull",
  async (home, shell) => {
    await home.write(RELEASE.path, "v1 2026-01-01T00:00:00Z dev@example.com\n");
    await home.write(RELEASE.digestFile!, `${DIGEST}\n`);
    const { code } = await home.do(shell, RELEASE);
    assertEquals(code, 0);
    const [old, line] = (await home.read(RELEASE.path)).trimEnd().split("\n");
    assertEquals(old, "v1 2026-01-01T00:00:00Z dev@example.com");
    assertEquals(line, releaseLine(RELEASE, DIGEST));
    assertEquals(await home.mode(RELEASE.path), "600");
  },
);

testInShells(
  "recordRelease makes its folder, and knows its digest where nothing was pulled",
  async (home, shell) => {
    await home.do(shell, { ...RELEASE, performer: 'it\'s "me" 100%', digest: DIGEST });
    const { performer, digest } = JSON.parse(await home.read(RELEASE.path));
    assertEquals([performer, digest], ['it\'s "me" 100%', DIGEST]);
  },
);

testInShells("recordRelease keeps the newest releases only", async (home, shell) => {
  const old = Array.from({ length: 60 }, (_, index) => `v${index} now me`);
  await home.write(RELEASE.path, `${old.join("\n")}\n`);
  await home.do(shell, RELEASE);
  const lines = (await home.read(RELEASE.path)).trimEnd().split("\n");
  assertEquals([lines.length, lines[0]], [MOST_RELEASES, "v11 now me"]);
});

testInShells(
  "recordRelease begins a line of its own after one that was cut off",
  async (home, shell) => {
    const cut = releaseLine(RELEASE, DIGEST).slice(0, 40);
    await home.write(RELEASE.path, `not a release\n${cut}`);
    assertEquals((await home.do(shell, RELEASE)).code, 0);
    const lines = (await home.read(RELEASE.path)).split("\n");
    assertEquals([lines.length, ...lines.slice(0, 2)], [4, "not a release", cut]);
    const { releases } = parseProbe("h", lines.map((line) => `~r ${line}`).join("\n"));
    assertEquals(releases.map(({ version }) => version), [RELEASE.version]);
  },
);

Deno.test("parseProbe() reads what recordRelease wrote, with what nobody said as such", () => {
  const { releases } = parseProbe("h", `~r ${releaseLine(RELEASE, "")}`);
  assertEquals(releases[0]?.digest, undefined);
  assertEquals(releases[0]?.roles as unknown, [...RELEASE.roles]);
});
