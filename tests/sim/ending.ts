/**
 * The end of a story: once nothing goes wrong any more, one run must bring a good version to all hosts.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { Config } from "../../sdk/config/config.ts";
import { APPS_CONFIG, CERTIFICATE_MARK } from "../../sdk/operations/own_certificate.ts";
import { isCandidate } from "../../sdk/operations/proxy.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { proxyIsOff } from "../../sdk/simulate/proxy.ts";
import { Client } from "./client.ts";
import { holderOf, planCommand, runCommand, type StoryCommand } from "./command.ts";
import { configOf, fullService, lockHostOf, prefixOf, publicHost, WRITERS } from "./deployment.ts";
import type { Stage } from "./stage.ts";
import { hostName, type StoryRole } from "./story.ts";
import { runningOf } from "./truth.ts";
import { traitsOf } from "./verbs.ts";
import { danglingOn } from "./watch.ts";

/** Version that stories end with; no story says anything about it. */
const LAST = "v99";

/** Deploys a good version without faults, and notes what does not come out as it should. */
export async function checkEnd(stage: Stage): Promise<void> {
  const { story, fleet, watch } = stage;
  const run = story.acts.length;
  // Whoever sees that a run is dead gives its lock back.
  fleet.host(lockHostOf(story.deployment)).remove(`.kamal/lock-${fullService(story.deployment)}`);
  stage.disturb([]);
  await checkCandidates(stage);
  const config = await configOf(story.deployment);
  const command = commandOf(stage, { name: "setup" }, config, run);
  if (story.hosts.some(({ docker }) => docker === "missing")) {
    await converge(stage, commandOf(stage, { name: "server bootstrap" }, config, run));
  }
  if (story.deployment.traefik !== true && story.hosts.some(({ kamal1 }) => kamal1 !== undefined)) {
    const verb = { name: "upgrade", force: true } as const;
    await converge(stage, { ...commandOf(stage, verb, config, run), version: "k1" });
  }
  if (story.hosts.some(({ proxy }) => proxy === "old")) {
    await converge(stage, commandOf(stage, { name: "proxy upgrade" }, config, run));
  }
  const report = await converge(stage, command) ??
    (isHeldOff(stage)
      ? await converge(stage, commandOf(stage, { name: "app live" }, config, run))
      : undefined);
  if (report !== undefined) {
    watch.note("the next run converges", report);
    return;
  }
  checkHosts(stage);
  const second = await planCommand(command);
  if (!isEmpty(second)) {
    watch.note(
      "the next run converges",
      `it would do more: ${second.stages.map(({ name }) => name)}`,
    );
  }
}

function commandOf({ fleet }: Stage, verb: Verb, config: Config, run: number): StoryCommand {
  // Whoever is forced to go over takes Traefik from others as well.
  const isForced = "force" in verb && verb.force === true;
  const traits = isForced ? { ...traitsOf(verb), stops: "for good" as const } : traitsOf(verb);
  const client = new Client(fleet, traits, holderOf(run));
  return { verb, version: LAST, config, revision: 0, client, clock: fleet.clock, run };
}

/** Once kamal-proxy waits for nothing any more, no candidate is left, and none leads to what is gone. */
async function checkCandidates({ story, fleet, watch, isTidy }: Stage): Promise<void> {
  await fleet.clock.sleep(LONGEST_WAIT_SECONDS);
  for (const index of story.hosts.keys()) {
    const host = fleet.host(hostName(index));
    if (proxyIsOff(host) !== undefined) continue;
    const dangling = danglingOn(host);
    for (const service of host.routes.keys()) {
      if (!isCandidate(service) || !isTidy && !dangling.has(service)) continue;
      if (watch.stuck.has(service)) continue;
      watch.note("no candidate is left", `${host.name}: ${service}`);
    }
  }
}

// Waits and what clears up behind them take a while, and on a slow host a multiple of it.
const LONGEST_WAIT_SECONDS = 2000;

/** Whether visitors are told to wait, which a deploy leaves as it is. */
function isHeldOff({ story, fleet }: Stage): boolean {
  return story.hosts.some((_, index) =>
    [...fleet.host(hostName(index)).routes.values()].some(({ isStopped }) => isStopped === true)
  );
}

/** Runs the last command; gives why it did not end well, if it did not. */
async function converge(
  { watch }: Stage,
  command: StoryCommand,
): Promise<string | undefined> {
  watch.during([command.client]);
  try {
    const { report } = await runCommand(command);
    if (report === undefined || report.outcome === "done") return undefined;
    return report.failures.map(({ host, message }) => `${host}: ${message}`).join("; ");
  } catch (error) {
    if (watch.violations.length > 0) return undefined;
    return String(error);
  } finally {
    watch.during([]);
  }
}

/** Each role runs once on each of its hosts, and is what its route leads to; nothing is left over. */
function checkHosts(stage: Stage): void {
  const { story, fleet, watch } = stage;
  for (const role of story.deployment.roles) {
    for (const index of role.hosts) {
      const host = hostName(index);
      const running = runningOf(role, index, stage);
      if (running.join() !== Array(role.replicas ?? 1).fill(LAST).join()) {
        watch.note("the next run converges", `${host}: ${role.name} runs ${running.join(", ")}`);
      }
      const { version, status } = fleet.serve(host, publicHost(role));
      if (role.proxied && version !== LAST) {
        watch.note("the next run converges", `${host}: ${role.name} answers ${status} ${version}`);
      }
      if (role.proxied) checkRoute(role, index, stage);
    }
  }
}

/** A route has what its role was given, and its host no certificate besides. */
function checkRoute(role: StoryRole, index: number, { story, fleet, watch }: Stage): void {
  const { certificate = false, readers = false, replicas = 1 } = role;
  const host = fleet.host(hostName(index));
  const route = host.routes.get(prefixOf(role, story.deployment));
  const has = (flag: string): boolean =>
    route?.flags?.some((one) => one.startsWith(`--${flag}=`)) === true;
  const folder = `${APPS_CONFIG}/${fullService(story.deployment)}/tls/${role.name}/`;
  const certificates = [...host.files.keys()].filter((path) =>
    path.startsWith(folder) && path.endsWith(`/${CERTIFICATE_MARK}`)
  );
  const found = {
    certificate: has("tls-certificate-path"),
    certificates: certificates.length,
    errorPages: has("error-pages"),
    readers: route?.readers?.length ?? 0,
  };
  const wanted = {
    certificate,
    certificates: certificate ? 1 : 0,
    errorPages: story.deployment.errorPages === true,
    readers: readers ? replicas - WRITERS : 0,
  };
  const [is, should] = [found, wanted].map((one) => JSON.stringify(one));
  if (is === should) return;
  watch.note("the next run converges", `${host.name}: ${role.name} has ${is}, not ${should}`);
}
