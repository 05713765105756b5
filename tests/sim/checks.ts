/**
 * What must be true when a command has ended.
 *
 * @module
 */

import type { Result } from "../../sdk/commander.ts";
import { type ErrorCode, SextantError } from "../../sdk/errors.ts";
import type { Report } from "../../sdk/exec/report.ts";
import { changesAnything, type Operation } from "../../sdk/operations/operation.ts";
import { parseRelease } from "../../sdk/observe/release.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { goodReleases } from "../../sdk/plan/release.ts";
import type { SimulatedHost } from "../../sdk/simulate/host.ts";
import type { Client } from "./client.ts";
import { planCommand, type StoryCommand } from "./command.ts";
import { deploymentAt, fullService, lockHostOf } from "./deployment.ts";
import { FAULTS, type PendingFaults } from "./faults.ts";
import { heal, type Stage } from "./stage.ts";
import { type Act, hostName } from "./story.ts";
import { checkServing, pictureOf } from "./truth.ts";
import { traitsOf } from "./verbs.ts";

/** What a command did is what it said, needs not be done again, and serves. */
export async function checkResult(
  stage: Stage,
  act: Act,
  command: StoryCommand,
  result: Result,
  pending: PendingFaults,
  before: ReturnType<typeof pictureOf>,
): Promise<void> {
  const traits = traitsOf(act.verb);
  const isDone = result.report === undefined || result.report.outcome === "done";
  const isUndisturbed = pending.struck.every(({ kind }) => FAULTS[kind].isChange !== true);
  // Nobody asks again after a run that ended well.
  if (isUndisturbed || !isDone) checkServing(stage, result);
  if (
    result.report?.outcome === "moved" && result.report.lock !== "kept" && pending.struck.length < 3
  ) {
    stage.watch.note("what moved is planned for anew", result.plan.verb);
  }
  if (!isDone && pending.struck.length === 0 && traits.mayFail !== true) {
    checkFailure(stage, result.report!);
  }
  if (!isDone || !isUndisturbed) return;
  if (traits.stops === "for a moment") checkBack(stage, before);
  if (traits.serves === true) checkVersion(stage, act, result.plan.version);
  if (traits.settles !== true) return;
  heal(stage);
  const second = await planCommand(command);
  if (isEmpty(second)) return;
  const kinds = second.stages.flatMap(({ scripts }) =>
    scripts.flatMap(({ host, steps }) =>
      steps.flatMap(({ operations }) => operations.map(({ kind }) => `${host} ${kind}`))
    )
  );
  stage.watch.note("what was done needs not be done again", kinds.join(", "));
}

/** Where every version behaves, nothing fails by itself. */
function checkFailure({ story, watch }: Stage, { failures }: Report): void {
  if (story.apps.length > 0) return;
  const text = failures.map(({ host, message }) => `${host}: ${message}`).join("; ");
  watch.note("what nothing disturbs does not fail", text);
}

/** What served before a command that stops it for a moment serves after it. */
function checkBack(stage: Stage, before: ReturnType<typeof pictureOf>): void {
  for (const [place, version] of pictureOf(stage)) {
    if (version !== undefined || before.get(place) === undefined) continue;
    stage.watch.note("what stopped for a moment serves again", place);
  }
}

function checkVersion(stage: Stage, act: Act, version: string): void {
  const deployment = deploymentAt(stage.story.deployment, act);
  for (const [place, found] of pictureOf(stage, deployment)) {
    if (found === version) continue;
    const text = `${place}: ${found ?? "nothing"}, not ${version}`;
    stage.watch.note("a version that was brought to all hosts serves on all", text);
  }
}

/** After a failure all hosts are as before, or as after, unless the clean-up tells what it could not do. */
export function checkPolicy(
  stage: Stage,
  act: Act,
  report: Report | undefined,
  before: ReturnType<typeof pictureOf>,
  pending: PendingFaults,
): void {
  if (report === undefined || report.outcome === "done" || traitsOf(act.verb).takesBack !== true) {
    return;
  }
  if ((stage.story.deployment.onFailure ?? "rollback") !== "rollback") return;
  if (report.cleanUpFailures.length > 0) return;
  const isDisturbed = pending.struck.some(({ kind }) =>
    FAULTS[kind].isChange === true || FAULTS[kind].isLoss === true
  );
  if (isDisturbed) return;
  const now = pictureOf(stage, deploymentAt(stage.story.deployment, act));
  const changed = [...now].filter(([place, version]) =>
    before.get(place) !== undefined && before.get(place) !== version
  );
  const isNew = [...now.values()].every((version) => version === report.plan.version);
  if (changed.length === 0 || isNew) return;
  stage.watch.note(
    "a failure leaves all of the old or all of the new",
    changed.map(([place, version]) => `${place}: ${before.get(place)}, then ${version}`).join("; "),
  );
}

/** A release that came to its end is the last good one of each host; one that serves nowhere is no host's. */
export function checkLedger(
  stage: Stage,
  { plan, report }: Result,
  before: ReadonlyMap<string, string | undefined>,
): void {
  if (report === undefined || report.cleanUpFailures.length > 0) return;
  const picture = pictureOf(stage);
  for (const [host, release] of lastReleases(stage)) {
    const isNew = release === plan.version && before.get(host) !== release;
    const serves = [...picture].some(([place, version]) =>
      place.startsWith(`${host} `) && version === plan.version
    );
    const isFitting = report.outcome === "done"
      ? release === plan.version || release === before.get(host)
      : !isNew || serves;
    if (isFitting) continue;
    const text = `${host}: ${release} after ${plan.verb} ${plan.version}, ${report.outcome}`;
    stage.watch.note("the ledger knows what serves", text);
  }
}

/** The last good release of each host, as its ledger tells. */
export function lastReleases({ story, fleet }: Stage): ReadonlyMap<string, string | undefined> {
  const hosts = story.hosts.map((_, index) => fleet.host(hostName(index)));
  const service = fullService(story.deployment);
  return new Map(hosts.map((host) => [host.name, lastGoodOn(host, service)]));
}

function lastGoodOn(host: SimulatedHost, service: string): string | undefined {
  const text = host.read(`.kamal/apps/${service}/sextant/releases`) ?? "";
  return goodReleases(text.split("\n").flatMap(parseRelease)).at(-1);
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "CANCELLED",
  "DOCKER_MISSING",
  "HOST_UNREACHABLE",
  "LOCK_HELD",
  "PORT_TAKEN",
  "PROXY_IN_USE",
  "PROXY_TOO_OLD",
  "USAGE",
  "VERSION_UNKNOWN",
]);

// What comes before any boot: a plan that is made anew may be broken off after it.
const HARMLESS: ReadonlySet<Operation["kind"]> = new Set([
  "acquire-lock",
  "bridge-assets",
  "connect-network",
  "create-network",
  "install-docker",
  "login-registry",
  "make-directories",
  "pull-image",
  "release-lock",
  "run-proxy",
  "start-proxy",
  "tag-image",
  "upload-error-pages",
  "write-certificate",
  "write-env",
  "write-salt",
]);

/** A command that throws has booted, switched and removed nothing. */
export function checkRefusal(
  { watch, fleet }: Stage,
  client: Client,
  error: unknown,
  since: number,
): void {
  const isAbort = error instanceof DOMException && error.name === "AbortError";
  const isKnown = isAbort || (error instanceof SextantError && REFUSALS.has(error.code));
  if (!isKnown) throw error;
  const changes = fleet.journal.slice(since).filter(({ host, operation }) =>
    host !== "here" && client.owns(operation) && !HARMLESS.has(operation.kind) &&
    changesAnything(operation)
  );
  if (changes.length === 0) return;
  watch.note(
    "a refusal changes nothing",
    `${String(error)} after ${changes[0]!.operation.kind} on ${changes[0]!.host}`,
  );
}

/** The lock is free again, unless nobody could give it back. */
export function checkLock(
  { story, fleet, watch }: Stage,
  client: Client,
  pending: PendingFaults,
  report: Report | undefined,
): void {
  const host = fleet.host(lockHostOf(story.deployment));
  const isLost = pending.struck.some(({ kind, host: index }) =>
    hostName(index) === host.name && FAULTS[kind].isLoss === true
  );
  const details = host.lock(fullService(story.deployment));
  if (isLost || report?.lock === "kept" || !details?.includes(client.holder)) return;
  watch.note("the lock is given back", `${host.name}: ${details.split("\n")[0]}`);
}
