/**
 * What Kamal 2.12 was seen to do to hosts, and what our plans for the same deployments do to them: the same, but for
 * the differences that each transcript names.
 */
import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { SextantError } from "../../sdk/errors.ts";
import { SimulatedFleet } from "../../sdk/testing.ts";
import { Deployment } from "../plan/deployment.ts";
import { SHOP } from "./configs.ts";
import { DEPLOYS } from "./deploys.ts";
import { type Difference, type DifferenceName, DIFFERENCES } from "./differences.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { effectsSince, pictureOf, sorted } from "./effects.ts";
import type { Transcript } from "./transcript.ts";
import { VERBS } from "./verbs.ts";

const TOLD: Readonly<Record<string, Transcript>> = { ...DEPLOYS, ...VERBS };

for (const [name, transcript] of Object.entries(TOLD)) {
  Deno.test(`planFor() does what Kamal's ${name} does, but for what is named`, async () => {
    const heard: string[] = [];
    let ours = await effectsOf(transcript, (name) => heard.push(name));
    assertEquals(heard, transcript.hooks ?? []);
    let kamal = sorted(transcript.kamal);
    for (const difference of transcript.differences) {
      const { kamal: ofKamal, ours: ofOurs }: Difference = DIFFERENCES[difference];
      const [theirs, own] = [ofKamal?.(kamal) ?? kamal, ofOurs?.(ours) ?? ours];
      const isThere = theirs.join("\n") !== kamal.join("\n") || own.join("\n") !== ours.join("\n");
      assert(isThere, `"${difference}" is no difference here`);
      [kamal, ours] = [sorted(theirs), sorted(own)];
    }
    assertEquals(ours, kamal);
  });
}

Deno.test("ELSEWHERE names transcripts and tests that there are", async () => {
  for (const [name, place] of Object.entries(ELSEWHERE)) {
    assert(TOLD[name] === undefined, `${name} is told already`);
    if (TOLD[place] !== undefined) continue;
    assert((await Deno.stat(new URL(`../../${place}`, import.meta.url))).isFile, place);
  }
});

Deno.test("DIFFERENCES are all named by a transcript", () => {
  const named = new Set(Object.values(TOLD).flatMap(({ differences }) => differences));
  assertEquals(Object.keys(DIFFERENCES).filter((name) => !named.has(name as DifferenceName)), []);
});

async function effectsOf(
  { spec = SHOP, hosts, before: earlier = [], verb, version, failure, refusal }: Transcript,
  hear: (hook: string) => void,
): Promise<readonly string[]> {
  const config = await resolveConfig(spec, {
    digests: { "config/mysql/my.cnf": "0".repeat(64) },
  });
  const pushed = verb.name === "build pull" || "skipPush" in verb && failure === undefined;
  const fleet = new SimulatedFleet({
    hosts,
    images: ["mysql:8.0", "adminer:4", ...pushed ? [`ghcr.io/acme/shop:${version}`] : []],
  });
  const names = Object.keys(hosts);
  for (const one of earlier) await new Deployment(fleet, config).do(one, version);
  const hooks = Object.fromEntries(HOOKS.map((hook) => [hook, () => hear(hook)]));
  const deployment = new Deployment(fleet, config, { hooks });
  const before = pictureOf(fleet, names);
  const since = fleet.journal.length;
  if (refusal === undefined) {
    const { report } = await deployment.do(verb, version);
    const codes = new Set(report.failures.map(({ code }) => code));
    assertEquals([...codes], failure === undefined ? [] : [failure]);
  } else {
    const error = await assertRejects(() => deployment.do(verb, version), SextantError);
    assertEquals(error.code, refusal);
  }
  return effectsSince(fleet, since, before, pictureOf(fleet, names));
}

// Those of which a plan knows; pre-connect and docker-setup run before there is one.
const HOOKS = [
  ...["pre-build", "pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"],
  ...["pre-proxy-reboot", "post-proxy-reboot"],
];
