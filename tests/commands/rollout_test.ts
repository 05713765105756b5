import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  describeOperation,
  explainFailure,
  invertOperation,
} from "../../sdk/operations/operation.ts";
import { shareText } from "../../sdk/operations/rollout.ts";
import { END_SPLIT, SPLIT } from "./samples.ts";
import { type Home, testInShells } from "./shells.ts";

testInShells(
  "splitTraffic tells kamal-proxy the containers, then who gets them",
  async (home, shell) => {
    await prepare(home);
    assertEquals(await home.do(shell, SPLIT), { code: 0, stdout: "", stderr: "" });
    assertEquals((await home.read("log")).trimEnd().split("\n"), [
      "rollout deploy shop-web --target fedcba987654:3000 --target 0123456789ab:3000 " +
      "--deploy-timeout=30s --drain-timeout=20s",
      "rollout set shop-web --percent=10 --list=qa --list=it's",
      "remove shop-web-candidate",
      "remove shop-web-replica-2-candidate",
    ]);
    assertEquals(await home.list(".kamal"), []);
  },
);

testInShells(
  "splitTraffic changes the share alone where no containers are named",
  async (home, shell) => {
    await prepare(home);
    await home.do(shell, { ...SPLIT, targets: [], candidates: [], allow: [] });
    assertEquals(await home.read("log"), "rollout set shop-web --percent=10\n");
  },
);

testInShells(
  "endSplit sends everybody home before it waits for requests under way",
  async (home, shell) => {
    await prepare(home);
    await home.do(shell, END_SPLIT);
    assertEquals((await home.read("log")).trimEnd().split("\n"), [
      "rollout stop shop-web",
      "rollout deploy shop-web --target 0123456789ab:3000 --deploy-timeout=30s --drain-timeout=20s",
    ]);
  },
);

testInShells(
  "endSplit waits for nobody where the canary's containers stay",
  async (home, shell) => {
    await prepare(home);
    await home.do(shell, { ...END_SPLIT, drains: false });
    assertEquals(await home.read("log"), "rollout stop shop-web\n");
  },
);

testInShells(
  "splitTraffic ends with the first refusal of kamal-proxy, and tells it",
  async (home, shell) => {
    await prepare(home, 'echo "Error: service not found" >&2; exit 1');
    const { code, stdout, stderr } = await home.do(shell, SPLIT);
    assertEquals([code, (await home.read("log")).split("\n").length], [1, 2]);
    assertStringIncludes(
      explainFailure(SPLIT, { exitCode: code, stdout, stderr }).message,
      "did not split the visitors of shop-web: Error: service not found",
    );
  },
);

Deno.test("invertOperation() of a split ends it, or gives the visitors the canary that they had", () => {
  const [end] = invertOperation(SPLIT);
  assertEquals([end?.kind, end?.kind === "end-split" && end.drains], ["end-split", true]);
  const targets = [{ container: "shop-web-v1_canary", target: { id: "0123456789ab" } }];
  const previous = { percent: 5, allow: [], version: "v1", targets };
  const [back] = invertOperation({ ...SPLIT, previous });
  assertEquals(back?.kind === "split-traffic" && [back.version, back.percent, back.targets], [
    "v1",
    5,
    targets,
  ]);
  const [same] = invertOperation({ ...SPLIT, targets: [], previous });
  assertEquals(same?.kind === "split-traffic" && same.targets, []);
});

Deno.test("invertOperation() of a split's end splits again, where the canary is still there", () => {
  const [again] = invertOperation(END_SPLIT);
  assertEquals(again?.kind === "split-traffic" && again.targets, END_SPLIT.targets);
  assertEquals(invertOperation({ ...END_SPLIT, targets: [] }), []);
});

Deno.test("shareText() names the cookie, and who gets the canary in any case", () => {
  assertEquals(
    shareText({ percent: 10, allow: ["qa", "staff"] }),
    "10 % of kamal-rollout cookies, and qa, staff",
  );
  assertEquals(shareText({ percent: 0, allow: ["qa"] }), "kamal-rollout cookies qa");
  assertEquals(shareText({ percent: 0, allow: [] }), "0 % of kamal-rollout cookies");
  assertStringIncludes(describeOperation(SPLIT).detail ?? "", "v2 gets");
});

/** A docker that runs what is to run in the proxy's container, and a kamal-proxy that writes down what it is told. */
async function prepare(home: Home, proxy = ":"): Promise<void> {
  await home.write(".kamal/canary.id", "fedcba9876543210fedc");
  await home.write(".kamal/canary-2.id", "0123456789abcdef0123");
  await home.program("docker", 'shift 2; exec "$@"');
  await home.program("kamal-proxy", `echo "$*" >>"$HOME/log"; ${proxy}`);
}
