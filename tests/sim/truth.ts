/**
 * What a story's hosts really serve, to hold reports against.
 *
 * @module
 */

import type { Result } from "../../sdk/commander.ts";
import { tagOf } from "../../sdk/simulate/app.ts";
import { answers, containerOf } from "../../sdk/simulate/proxy.ts";
import { routesOf } from "../../sdk/simulate/traefik.ts";
import { prefixOf } from "./deployment.ts";
import { isOurs } from "./furnish.ts";
import type { Stage } from "./stage.ts";
import { hostName, type StoryDeployment, type StoryRole } from "./story.ts";

/** Version of each role on each host, as `host role`: what answers, or what runs; `undefined` for nothing. */
export function pictureOf(
  { story, fleet }: Stage,
  { roles }: StoryDeployment = story.deployment,
): ReadonlyMap<string, string | undefined> {
  return new Map(
    roles.flatMap((role) =>
      role.hosts.map((index) => [
        `${hostName(index)} ${role.name}`,
        textOf((role.proxied ? versionsBehind : runningOf)(role, index, { story, fleet })),
      ])
    ),
  );
}

function textOf(versions: readonly string[]): string | undefined {
  return [...new Set(versions)].toSorted().join(" ") || undefined;
}

/** Versions of a role that run on a host, the newest last. */
export function runningOf(
  role: StoryRole,
  index: number,
  { story, fleet }: Pick<Stage, "story" | "fleet">,
): readonly string[] {
  const prefix = `${prefixOf(role, story.deployment)}-`;
  return [...fleet.host(hostName(index)).containers.values()]
    .filter(({ name, state, labels }) =>
      state === "started" && name.startsWith(prefix) && isOurs(labels, story.deployment)
    )
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .map(({ image }) => tagOf(image));
}

/** Versions that a role's route leads to on a host, held off or not; none where it leads nowhere. */
function versionsBehind(
  role: StoryRole,
  index: number,
  { story, fleet }: Pick<Stage, "story" | "fleet">,
): readonly string[] {
  const host = fleet.host(hostName(index));
  const route = routesOf(host).find(({ service }) => service === prefixOf(role, story.deployment));
  const containers = route?.targets.flatMap((target) =>
    answers(target, host) ? containerOf(target, host)! : []
  );
  return (containers ?? []).map(({ image }) => tagOf(image));
}

/** What a report says serves is what serves. */
export function checkServing(stage: Stage, { serving }: Result): void {
  const { story, fleet, watch } = stage;
  for (const [host, version] of Object.entries(serving)) {
    const index = story.hosts.findIndex((_, index) => hostName(index) === host);
    const roles = story.deployment.roles.filter((role) => role.hosts.includes(index));
    if (fleet.host(host).unreachable || roles.length === 0) continue;
    const found = roles.flatMap((role) =>
      role.proxied ? versionsBehind(role, index, stage) : runningOf(role, index, stage)
    );
    if (found.includes(version)) continue;
    watch.note(
      "the report is true",
      `${host}: ${version} is said to serve, ${found.join(", ") || "nothing"} does`,
    );
  }
}
