/**
 * A story in words, and as a test to keep.
 *
 * @module
 */

import { FAULTS } from "./faults.ts";
import {
  type Act,
  hostName,
  type Story,
  type StoryDeployment,
  type StoryFault,
  type StoryHost,
  type StoryRole,
} from "./story.ts";
import type { Violation } from "./watch.ts";

/** A story in words, with the rules that it broke. */
export function tell(story: Story, violations: readonly Violation[]): string {
  return [
    `seed ${story.seed}`,
    ...deploymentLines(story.deployment),
    ...story.hosts.map((host, index) => row(hostName(index), hostText(host))),
    ...story.apps.map(({ version, behaviour, host }) =>
      row(
        version,
        `${behaviourText(behaviour)}${host === undefined ? "" : ` on ${hostName(host)}`}`,
      )
    ),
    "",
    ...story.acts.flatMap((act, index) => actLines(act, index + 1)),
    "",
    ...violations.map(({ rule, text }) => `✖ ${rule}\n    ${text}`),
  ].join("\n");
}

/** A story as the text of an entry of `stories.ts`. */
export function asEntry(story: Story, violations: readonly Violation[]): string {
  const title = violations[0]?.rule ?? "nothing is broken";
  return `  ${JSON.stringify(`${title} (say when)`)}: ${JSON.stringify(story)},`;
}

function deploymentLines(deployment: StoryDeployment): readonly string[] {
  const { roles, accessories, destination, limit, onFailure, retain, orphans } = deployment;
  const on = (hosts: readonly number[]): string => `on ${hosts.map(hostName).join(", ")}`;
  const options = [
    limit === undefined ? "" : `groups of ${limit}`,
    deployment.wait === undefined ? "" : `${deployment.wait} s between them`,
    onFailure === undefined ? "" : onFailure,
    retain === undefined ? "" : `keeps ${retain}`,
    destination === undefined ? "" : `destination ${destination}`,
    deployment.release === true ? "a release phase" : "",
    deployment.assets === true ? "assets" : "",
    deployment.errorPages === true ? "error pages" : "",
    orphans === undefined ? "" : `orphans ${orphans}`,
    deployment.traefik === true ? "Traefik" : "",
  ].filter((option) => option !== "");
  return [
    ...roles.map((role) => row(role.name, `${on(role.hosts)}${roleText(role)}`)),
    ...Object.entries(accessories).map(([name, hosts]) => row(name, `an accessory ${on(hosts)}`)),
    ...options.length === 0 ? [] : [row("options", options.join(", "))],
  ];
}

function roleText({ proxied, replicas, certificate, readers }: StoryRole): string {
  return [
    replicas === undefined ? "" : `, ${replicas} on each`,
    proxied ? ", behind the proxy" : "",
    certificate === true ? ", with a certificate" : "",
    readers === true ? ", with readers" : "",
  ].join("");
}

function hostText(
  { docker, kamal, kamal1, proxy, strangers = [], leftovers = [] }: StoryHost,
): string {
  const facts = [
    docker === undefined ? "" : `Docker ${docker}`,
    kamal === undefined ? "" : `left by Kamal at ${kamal}`,
    kamal1 === undefined ? "" : `left by Kamal 1 at ${kamal1}`,
    proxy === undefined ? "" : `proxy ${proxy}`,
    ...strangers.map((name) => `beside ${name}`),
    ...leftovers.map((name) => `left behind: ${name}`),
  ].filter((fact) => fact !== "");
  return facts.join(", ") || "empty";
}

function behaviourText(behaviour: unknown): string {
  return typeof behaviour === "string" ? behaviour : JSON.stringify(behaviour);
}

function actLines(act: Act, number: number): readonly string[] {
  const { revision, faults, rival, without = [] } = act;
  const environment = revision === undefined ? "" : ` with environment ${revision}`;
  return [
    `${number}. ${commandText(act)}${environment}${without.map((role) => `, without ${role}`)}`,
    ...rival === undefined ? [] : [
      `   beside it, ${rival.after} s later: ${commandText(rival)}${
        rival.waits === true ? ", which waits for the lock" : ""
      }`,
    ],
    ...faults.map((fault) => `   ${faultText(fault)}`),
  ];
}

function commandText({ verb, version }: Pick<Act, "verb" | "version">): string {
  const { name, ...told } = verb;
  return [
    name,
    ...Object.values(told).map((one) => typeof one === "object" ? JSON.stringify(one) : one),
    version ?? "",
  ].filter((word) => word !== "" && word !== undefined).join(" ");
}

function faultText({ kind, host, at }: StoryFault): string {
  const what = at === 0 ? "the plan" : typeof at === "number" ? `operation ${at}` : at;
  return `${hostName(host)}: ${what} ${FAULTS[kind].text}`;
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(10)}  ${text}`;
}
