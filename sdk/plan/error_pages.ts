/**
 * Error pages on hosts: a folder for each state of theirs, so that a route is set anew where they change.
 *
 * @module
 */

import { serviceWithDestination } from "../config/config.ts";
import { APPS_CONFIG } from "../operations/own_certificate.ts";
import { digest } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import type { Step } from "./plan.ts";
import { step } from "./stages.ts";

/** The folder on every host with today's error pages; `undefined` where kamal-proxy shows its own. */
export function errorPagesFolder(input: PlanInput): string | undefined {
  const { errorPages } = input.config;
  if (errorPages.length === 0) return undefined;
  const contents = errorPages.map(({ name, sha256 }) => [name, sha256]);
  return `${allPages(input)}/${digest(contents)}`;
}

/** The step that puts today's error pages on a host; none where they are there. */
export function uploadErrorPages(input: PlanInput, host: string): readonly Step[] {
  const folder = errorPagesFolder(input);
  if (folder === undefined) return [];
  const { files } = stateOf(input, host);
  const pages = input.config.errorPages;
  if (pages.every(({ name, sha256 }) => files[`${folder}/${name}`] === sha256)) return [];
  return [step(`${host} error pages`, { kind: "upload-error-pages", folder, pages })];
}

/** All folders of error pages on a host. */
export function errorPagesFolders(input: PlanInput, host: string): readonly string[] {
  const prefix = `${allPages(input)}/`;
  const names = Object.keys(stateOf(input, host).files).filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split("/", 1)[0]!);
  return [...new Set(names)].toSorted().map((name) => prefix + name);
}

/** Kamal: configuration/proxy.rb, error_pages. There each version has a folder. */
function allPages({ config }: PlanInput): string {
  return `${APPS_CONFIG}/${serviceWithDestination(config)}/error_pages`;
}
