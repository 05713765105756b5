import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { planFor } from "../../sdk/commander/planners.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { Config } from "../../sdk/config/config.ts";
import { convertProject } from "../../sdk/load/init_from.ts";
import type { PlanInput } from "../../sdk/plan/input.ts";
import { SimulatedFleet } from "../../sdk/testing.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { Deployment } from "../plan/deployment.ts";
import {
  configOf,
  fixture,
  FIXTURE_ENV,
  fixtureNames,
  FIXTURES,
  readableOf,
} from "./kamal_fixtures.ts";

const VERBS: readonly Verb[] = [{ name: "setup" }, { name: "deploy" }, { name: "remove" }];

Deno.test("initFrom() writes a deploy.ts whose plans are those of Kamal's files, for new hosts and for old", async () => {
  let compared = 0;
  for (const name of await fixtureNames()) {
    const readable = await readableOf(name);
    if (readable.length === 0) continue;
    const project = { root: FIXTURES.pathname, from: `${name}.yml`, env: FIXTURE_ENV };
    const { text } = await convertProject(project);
    await withProject({ "deploy.ts": text }, async (root) => {
      for (const destination of readable) {
        const yaml = await configOf(fixture(name, destination));
        const converted = await configOf({ root, destination });
        for (const input of await inputsOf(yaml)) {
          const ours = { ...input, config: converted };
          for (const verb of VERBS) {
            assertEquals(planText(verb, ours), planText(verb, input), `${name} ${destination}`);
            compared++;
          }
        }
      }
    });
  }
  assert(compared >= 150, `only ${compared} plans were compared`);
});

/** What plans are made from before anything was deployed, and where v1 serves. */
async function inputsOf(config: Config): Promise<readonly PlanInput[]> {
  const fleet = new SimulatedFleet({
    hosts: Object.fromEntries(config.hosts.map(({ name }) => [name, {}])),
    images: config.accessories.map(({ image }) => image),
  });
  const deployment = new Deployment(fleet, config);
  const empty = await deployment.input("v1");
  const { report } = await deployment.do({ name: "setup" }, "v1");
  assertEquals(report.failures, []);
  return [empty, await deployment.input("v2")];
}

function planText(verb: Verb, input: PlanInput): string {
  const text = JSON.stringify(planFor(verb, input, undefined), undefined, 1);
  assert(text.includes(input.config.service), "the plan says nothing");
  return text;
}
