import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Operation } from "../../sdk/operations/operation.ts";
import { Client } from "./client.ts";
import { FAULTS } from "./faults.ts";
import { storyOf } from "./generate.ts";
import { Random } from "./random.ts";
import { shrunken } from "./shrink.ts";
import { type Stage, stageOf } from "./stage.ts";
import type { Story } from "./story.ts";
import { asEntry, tell } from "./tell.ts";
import { playOn } from "./play.ts";
import { traitsOf, VERBS } from "./verbs.ts";

const STORY: Story = {
  seed: 1,
  deployment: {
    roles: [{ name: "web", hosts: [0], proxied: true }],
    accessories: {},
  },
  hosts: [{ kamal: "k1", strangers: ["blog"] }],
  apps: [],
  acts: [{
    verb: { name: "deploy" },
    version: "v2",
    faults: [{ kind: "fails", host: 0, at: 3 }],
  }],
};

Deno.test("Random gives the same numbers for the same seed, and others for its neighbour", () => {
  const numbers = (seed: number): readonly number[] => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  assertEquals(numbers(7), numbers(7));
  assert(numbers(7)[0] !== numbers(8)[0]);
  assert([0, 1, 2 ** 32 - 1].flatMap(numbers).every((number) => number >= 0 && number < 1));
});

Deno.test("storyOf() tells the same story for the same seed", () => {
  assertEquals(storyOf(4711), storyOf(4711));
});

Deno.test("storyOf() comes by every command and every fault", () => {
  const acts = Array.from({ length: 3000 }, (_, seed) => storyOf(seed)).flatMap(({ acts }) => acts);
  const faults = new Set(acts.flatMap((act) => act.faults).map(({ kind }) => kind));
  assertEquals([...faults].toSorted(), Object.keys(FAULTS).toSorted());
  const verbs = new Set(acts.map(({ verb }) => verb.name));
  assertEquals([...verbs].toSorted(), Object.keys(VERBS).toSorted());
});

Deno.test("playOn() takes the same steps at the same time for the same story", async () => {
  const journal = async (): Promise<readonly string[]> => {
    const stage = stageOf(storyOf(12));
    assertEquals(await playOn(stage), []);
    return stage.fleet.journal.map(({ host, operation, at }) => `${at} ${host} ${operation.kind}`);
  };
  assertEquals(await journal(), await journal());
});

Deno.test("playOn() lets each of two hosts be first at every single operation", async () => {
  const firsts = new Map<string, Set<string>>();
  for (let seed = 0; seed < 60; seed++) {
    for (const [place, host] of await firstAtEach(seed)) {
      firsts.set(place, (firsts.get(place) ?? new Set()).add(host));
    }
  }
  const alwaysSame = [...firsts].filter(([place, hosts]) =>
    hosts.size < 2 && !/^(acquire|release)-lock /.test(place)
  );
  assertEquals(alwaysSame, []);
});

Deno.test("perform() lets one of two clients have the lock, and the other wait if it wants to", async () => {
  const statuses = async (waits: boolean): Promise<readonly (number | undefined)[]> => {
    const verb = { name: "app boot" } as const;
    const act = { verb, faults: [], rival: { verb, after: 0, waits } };
    const stage = stageOf({ ...STORY, acts: [act] });
    assertEquals(await playOn(stage), []);
    return exitCodesOf(stage, "acquire-lock").slice(0, 2).toSorted();
  };
  assertEquals(await statuses(false), [0, 75]);
  assertEquals(await statuses(true), [0, 0]);
});

Deno.test("perform() leaves what a client did that died, until its lock is released", async () => {
  const faults = [{ kind: "client dies", host: 0, at: "pull-image" }] as const;
  const deploy = { verb: { name: "deploy" }, version: "v2", faults: [] } as const;
  const release = { verb: { name: "lock release" }, faults: [] } as const;
  const stage = stageOf({ ...STORY, acts: [{ ...deploy, faults }, deploy, release, deploy] });
  assertEquals(await playOn(stage), []);
  assertEquals(exitCodesOf(stage, "acquire-lock").slice(0, 2), [0, 0]);
  assertEquals(exitCodesOf(stage, "release-lock")[0], 0);
});

Deno.test("Watch sees a container that is stopped while it has the traffic", async () => {
  const { watch } = await seen({
    kind: "stop-container",
    name: "shop-web-k1",
    role: "web",
    timeout: undefined,
    because: undefined,
  });
  assertEquals(watch.violations.map(({ rule }) => rule), [
    "nothing is changed without the lock",
    "a container is stopped only after its traffic left",
    "a route that served has a healthy target",
  ]);
});

Deno.test("Watch sees that something of others is touched", async () => {
  const { watch } = await seen({ kind: "remove-container", name: "blog-web-6", role: "web" });
  assertEquals(watch.violations.map(({ rule }) => rule), [
    "nothing is changed without the lock",
    "nothing of others is touched",
  ]);
});

Deno.test("shrunken() leaves of a story what breaks the rule, and nothing else", async () => {
  const big: Story = {
    ...STORY,
    // Nobody can deploy to a host whose Docker is gone for good.
    hosts: [{ kamal: "k1", strangers: ["blog", "cron"] }, {}, {}],
    deployment: {
      ...STORY.deployment,
      roles: [{ name: "web", hosts: [0, 1, 2], proxied: true }],
      limit: 1,
    },
    acts: [...STORY.acts, {
      verb: { name: "deploy" },
      version: "v99",
      faults: [{ kind: "fails", host: 2, at: 3 }],
    }],
    apps: [{ version: "v99", behaviour: "crashing", host: 1 }],
  };
  const small = await shrunken(big, "the next run converges");
  assertEquals([small.hosts.length, small.acts.length], [1, 0]);
});

Deno.test("tell() says in words what happened, and asEntry() gives what can be kept", () => {
  const broken = [{ rule: "the report is true" as const, text: "10.0.0.1: v1 is said to serve" }];
  assertEquals(
    tell(STORY, broken),
    `seed 1
  web         on 10.0.0.1, behind the proxy
  10.0.0.1    left by Kamal at k1, beside blog

1. deploy v2
   10.0.0.1: operation 3 fails

✖ the report is true
    10.0.0.1: v1 is said to serve`,
  );
  assertStringIncludes(asEntry(STORY, broken), '"the report is true (say when)": {"seed":1,');
});

/** A stage on which one operation was done without the lock. */
async function seen(operation: Operation): Promise<Stage> {
  const stage = stageOf(STORY);
  const client = new Client(stage.fleet, traitsOf({ name: "deploy" }), "run 1");
  const target = { name: "10.0.0.1", address: "10.0.0.1", port: 22, user: "root" };
  stage.watch.during([client]);
  const { session } = await client.connect(target);
  await session.run({ steps: [{ shell: "", operations: [operation] }] });
  return stage;
}

/** Which of two hosts comes first at each operation of a deploy. */
async function firstAtEach(seed: number): Promise<ReadonlyMap<string, string>> {
  const deployment = { roles: [{ name: "web", hosts: [0, 1], proxied: true }], accessories: {} };
  const acts = [{ verb: { name: "deploy" }, version: "v2", faults: [] }] as const;
  const hosts = [{ kamal: "k1" }, { kamal: "k1" }];
  const stage = stageOf({ seed, deployment, hosts, apps: [], acts });
  assertEquals(await playOn(stage), []);
  const first = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { host, operation: { kind } } of stage.fleet.journal) {
    if (host === "here") continue;
    const count = counts.get(`${host} ${kind}`) ?? 0;
    counts.set(`${host} ${kind}`, count + 1);
    const place = `${kind} ${count}`;
    if (!first.has(place)) first.set(place, host);
  }
  return first;
}

function exitCodesOf({ fleet }: Stage, kind: Operation["kind"]): readonly (number | undefined)[] {
  return fleet.journal.filter(({ operation }) => operation.kind === kind)
    .map(({ exitCode }) => exitCode);
}
