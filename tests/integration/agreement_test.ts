import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { type CommandOptions, type Deployment, runVerb } from "../../sdk/commander.ts";
import { deploy } from "../../sdk/deploy.ts";
import { SextantError } from "../../sdk/errors.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { HostOptions } from "../../sdk/simulate/host_options.ts";
import type { Fault } from "../../sdk/simulate/fault.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { type Lab, type LabHost, labTest, up } from "../lab/lab.ts";
import {
  type AgreementAct,
  type AgreementFault,
  type AgreementStory,
  agreementStory,
  REAL_APPS,
  replicaStory,
  SIMULATED_APPS,
} from "./agreement_story.ts";
import { DisturbedTransport } from "./disturbed_transport.ts";
import { type HostPicture, pictureOfReal, pictureOfSimulated } from "./host_picture.ts";
import { KamalHost } from "./kamal_host.ts";
import { Scene } from "./scene.ts";

// Between them they have Kamal, jobs, versions that never get healthy, and failures before, in and after the switch.
const SEEDS = [2, 12, 18, 32, 40, 44];

// Between them they scale, go back to containers and by the ledger alone, replace and stop proxies, begin a canary.
const REPLICA_SEEDS = [11, 22, 26];

labTest("real hosts end up as simulated ones do, whatever goes wrong", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  await Promise.all(
    Object.entries(REAL_APPS).map(([version, kind]) =>
      lab.buildImage(kind, `acme/shop:${version}`, { version, labels: { service: "shop" } })
    ),
  );
  for (const story of [...SEEDS.map(agreementStory), ...REPLICA_SEEDS.map(replicaStory)]) {
    await t.step(titleOf(story), async () => {
      await Promise.all(lab.hosts.map(wipe));
      await playBoth(scene, story);
    });
  }
});

/** Plays a story on both, and compares after each act. */
async function playBoth(scene: Scene, story: AgreementStory): Promise<void> {
  const { lab } = scene;
  if (story.isAfterKamal) await leaveKamal(lab);
  let pending: AgreementFault | undefined;
  const fleet = simulated(lab, story, (host, kind) => {
    if (pending?.kind !== kind || lab.hosts[pending.host]!.address !== host) return undefined;
    const hasEffect = pending.isLate;
    pending = undefined;
    return { kind: "fail", outcome: { exitCode: 1, stdout: "", stderr: "" }, hasEffect };
  });
  for (const act of story.acts) {
    pending = act.fault;
    const local = { local: fleet, skipHooks: true };
    const imagined = await endOf(deploymentOn(lab, story), act, { transport: fleet, ...local });
    const real = await endOf(deploymentOn(lab, story), act, {
      ...scene.options({ skipHooks: true }),
      transport: disturbed(lab, act.fault),
    });
    assertEquals(real, imagined, `${textOf(act)}: how it ended`);
    for (const host of lab.hosts) {
      const picture = pictureOfSimulated(fleet.host(host.address));
      assertEquals(await settledPicture(host, picture), picture, `${textOf(act)}: ${host.address}`);
    }
  }
}

/** The picture of a host, once kamal-proxy has given up what nobody waits for any more. */
async function settledPicture(host: LabHost, wanted: HostPicture): Promise<HostPicture> {
  const end = performance.now() + 1000 * 3 * DEPLOY_TIMEOUT;
  for (;;) {
    const found = await pictureOfReal(host);
    const isSettled = found.routes.length <= wanted.routes.length;
    if (isSettled || performance.now() >= end) return found;
  }
}

/** How a command ended: what it said of hosts and steps, or the code of its refusal. */
async function endOf(
  deployment: Deployment,
  { verb, version }: AgreementAct,
  options: CommandOptions,
): Promise<unknown> {
  try {
    const { report, serving } = await runVerb(deployment, verb, { ...options, version });
    const steps = Object.fromEntries(report?.steps.map(({ step, status }) => [step, status]) ?? []);
    return { outcome: report?.outcome, lock: report?.lock, serving, steps: neutralSteps(steps) };
  } catch (error) {
    if (error instanceof SextantError) return { refused: error.code };
    throw error;
  }
}

/** What is done side by side on several hosts may have begun on one or not when another fails. */
function neutralSteps(steps: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(steps).filter(([, status]) => status === "failed").map(([step]) => step);
}

function deploymentOn({ hosts, registry }: Lab, story: AgreementStory): Deployment {
  const { hasJobs, replicas } = story;
  const [first, second] = hosts.map(({ address }) => address);
  const jobs = { jobs: { hosts: [second!], cmd: "app" } };
  return {
    spec: {
      service: "shop",
      image: "acme/shop",
      registry: { server: registry.address },
      servers: { web: { hosts: [first!, second!], replicas }, ...hasJobs ? jobs : {} },
      proxy: { host: "shop.test", healthcheck: { interval: 1 } },
      settings: {
        deployTimeout: DEPLOY_TIMEOUT,
        drainTimeout: 2,
        readinessDelay: 1,
        retainContainers: 1,
      },
    },
    effects: deploy("shop").toEffects(),
  };
}

const DEPLOY_TIMEOUT = 2;

function disturbed(lab: Lab, fault: AgreementFault | undefined): DisturbedTransport {
  const faults = fault === undefined ? [] : [{ ...fault, host: lab.hosts[fault.host]!.address }];
  return new DisturbedTransport(new Ssh2Transport({ home: lab.home }), faults);
}

function simulated(
  { hosts, registry }: Lab,
  { isAfterKamal }: AgreementStory,
  faultOf: (host: string, kind: string) => Fault | undefined,
): SimulatedFleet {
  const repository = `${registry.address}/acme/shop`;
  return new SimulatedFleet({
    hosts: Object.fromEntries(hosts.map(({ address }, index) => [
      address,
      isAfterKamal && index === 0 ? leftByKamal(repository) : {},
    ])),
    apps: SIMULATED_APPS,
    images: Object.keys(REAL_APPS).map((version) => `${repository}:${version}`),
    disturbance: { begins: ({ name }, { kind }) => faultOf(name, kind) },
  });
}

function leftByKamal(repository: string): HostOptions {
  return {
    proxy: "basecamp/kamal-proxy:v0.9.2",
    containers: [{
      name: "shop-web-k1",
      image: `${repository}:k1`,
      labels: { service: "shop", role: "web", destination: "" },
    }],
    routes: [{ service: "shop-web", container: "shop-web-k1", hosts: ["shop.test"] }],
    files: {
      ".kamal/apps/shop/env/roles/web.env": "KEY=one\n",
      ".kamal/shop-audit.log": "[then] [dev@example.com] [web] Booted app version k1\n",
    },
  };
}

async function leaveKamal({ hosts: [first], registry }: Lab): Promise<void> {
  const repository = `${registry.address}/acme/shop`;
  const kamal = new KamalHost(first!, { repository, host: "shop.test" });
  await kamal.bootProxy();
  await kamal.boot({ role: "web", version: "k1" });
}

/** Leaves nothing on a host but its images. */
async function wipe(host: LabHost): Promise<void> {
  await host.exec("docker rm -f $(docker ps -aq)");
  await host.exec("docker volume rm kamal-proxy-config; docker network rm kamal; rm -rf .kamal");
}

function titleOf({ seed, isAfterKamal, hasJobs, replicas, acts }: AgreementStory): string {
  const count = replicas === 1 ? "" : `${replicas} on each host`;
  const where = [isAfterKamal ? "after Kamal" : "", hasJobs ? "with jobs" : "", count];
  const told = [`seed ${seed}`, ...where, ...acts.map(textOf)].filter((word) => word !== "");
  return told.join(", ");
}

function textOf({ verb, version, fault }: AgreementAct): string {
  const counts = "counts" in verb ? JSON.stringify(verb.counts) : undefined;
  const words = [verb.name, version ?? ("to" in verb ? verb.to : counts)];
  if (fault !== undefined) {
    words.push(`(${fault.kind} fails${fault.isLate ? " late" : ""} on host${fault.host + 1})`);
  }
  return words.filter((word) => word !== undefined).join(" ");
}
