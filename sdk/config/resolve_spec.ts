/**
 * Resolves a spec: validates it, fills every default, and names all problems at once.
 *
 * @module
 */

import { ConfigError } from "../errors.ts";
import { resolveBoot } from "./boot.ts";
import { resolveCanary } from "./canary.ts";
import { resolveRelease } from "./release.ts";
import { type Builder, resolveBuilder } from "./resolve_builder.ts";
import { didYouMean } from "./closest.ts";
import type { Config, Registry, Role, Ssh } from "./config.ts";
import type { Accessory } from "./resolve_accessories.ts";
import type { Traefik } from "./traefik.ts";
import { destinationNames, specFor } from "./destination.ts";
import { resolveErrorPages } from "./error_pages.ts";
import { TRAEFIK_HOOKS } from "./hook.ts";
import { HostRegister } from "./host.ts";
import { longSpec } from "./long_form.ts";
import { deepFreeze, type PlainObject, sortedCopy } from "./plain_data.ts";
import { type FoundProblem, problemsOf, type ReportProblem, spellProblem } from "./problems.ts";
import { resolveProxyRun } from "./proxy_run.ts";
import { isLocalRegistry, resolveImage, resolveRegistry } from "./registry.ts";
import type { ResolveOptions } from "./resolve.ts";
import { resolveAccessories } from "./resolve_accessories.ts";
import { type ResolveContext, resolveRoles } from "./resolve_roles.ts";
import { isSecretReference } from "./secret.ts";
import { checkService, isName, NAME_RULE } from "./service.ts";
import type { DeploySpec } from "./spec.ts";
import { type LongSpec, specSchema } from "./spec_schema.ts";
import { quietHooks } from "./settings.ts";
import { resolveSsh } from "./ssh.ts";
import { resolveSshkit } from "./sshkit.ts";
import { resolveTextMap } from "./text_map.ts";
import { resolveTraefik } from "./traefik.ts";
import { unusableIn } from "./unusable.ts";

/**
 * Resolves a spec for one destination.
 *
 * @throws {ConfigError} If anything is wrong; names all of it.
 */
export function resolveSpec(spec: DeploySpec, options: ResolveOptions): Config {
  const written = sortedCopy(specFor(spec, options.destination));
  const problems: FoundProblem[] = [];
  const valid = validPart(longSpec(written), problems);
  const report = reporter(problems, options.broken);
  checkDestination(spec, valid, options.destination, report);
  checkService(valid.service, report);
  if (isEmpty(written.servers) && isEmpty(written.accessories)) {
    report(["servers"], "is missing, and there are no accessories either: nothing to deploy");
  }
  const config = resolveNouns(valid, options, report);
  if (problems.length > 0) {
    throw new ConfigError(problems.map((problem) => spellProblem(problem, written)));
  }
  return deepFreeze(config);
}

/** Validates a spec; leaves the nouns out that have problems, so that the others can be looked at further. */
function validPart(spec: PlainObject, problems: FoundProblem[]): LongSpec {
  problems.push(...unusableIn(spec));
  const usable = withoutBroken(spec, problems);
  const result = specSchema.safeParse(usable);
  if (result.success) return result.data;
  problems.push(...problemsOf(result.error.issues, usable));
  return specSchema.parse(withoutBroken(usable, problems));
}

function withoutBroken(spec: PlainObject, problems: readonly FoundProblem[]): PlainObject {
  const broken = problems.map((problem) => problem.path[0]);
  return Object.fromEntries(Object.entries(spec).filter(([noun]) => !broken.includes(noun)));
}

/** Collects problems, each once, and none that only follows from a noun that is left out. */
function reporter(
  problems: FoundProblem[],
  brokenBefore: readonly string[] = [],
): ReportProblem {
  const broken = [...brokenBefore, ...problems.map((problem) => problem.path[0])];
  return (path, message) => {
    const noun = String(path[0]);
    if ([noun, ...DEPENDS_ON[noun] ?? []].some((name) => broken.includes(name))) return;
    const isKnown = problems.some((known) =>
      known.message === message && known.path.join("\n") === path.join("\n")
    );
    if (!isKnown) problems.push({ path, message });
  };
}

/** Which nouns a noun's own rules look at. */
const DEPENDS_ON: Readonly<Record<string, readonly string[]>> = {
  image: ["registry", "servers"],
  builder: ["registry"],
  hooks: ["traefik"],
  servers: ["proxy", "settings", "ssh", "traefik"],
  accessories: ["servers", "ssh"],
  proxy: ["servers", "settings", "traefik"],
  settings: ["servers"],
  destination: ["settings"],
  release: ["servers", "proxy", "traefik"],
  canary: ["servers", "proxy", "traefik"],
};

function isEmpty(value: unknown): boolean {
  return value === undefined ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function checkDestination(
  spec: DeploySpec,
  { settings }: LongSpec,
  destination: string | undefined,
  report: ReportProblem,
): void {
  const known = destinationNames(spec);
  if (destination === undefined) {
    if (settings?.requireDestination) {
      report(
        ["destination"],
        `is missing, requireDestination asks for one${didYouMean("", known)}`,
      );
    }
  } else if (!known.includes(destination)) {
    const add = `; .destination("${destination}", (app) => app) would add it`;
    report(
      ["destination"],
      `unknown destination "${destination}"${didYouMean(destination, known) || add}`,
    );
  } else if (!isName(destination)) {
    report(["destinations", destination], NAME_RULE);
  }
}

function resolveNouns(spec: LongSpec, options: ResolveOptions, report: ReportProblem): Config {
  const { destination, digests = {} } = options;
  const service = spec.service ?? "";
  const ssh = resolveSsh(spec.ssh);
  const hosts = new HostRegister(ssh, report);
  const traefik = resolveTraefik(spec.traefik);
  const context: ResolveContext = { spec, service, destination, traefik, hosts, report };
  const roles = resolveRoles(context);
  const accessories = resolveAccessories(context, roles, digests);
  const registry = resolveRegistry(spec.registry, report);
  const needsImage = roles.length > 0 && !isLocalRegistry(spec.registry);
  const image = resolveImage(spec.image, service, needsImage, report);
  for (const [old, name] of traefik === undefined ? TRAEFIK_HOOKS : []) {
    if (spec.hooks?.[old] === undefined) continue;
    report(["hooks", old], `never runs where kamal-proxy serves: call it ${name}`);
  }
  const builder = resolveBuilder(spec.builder, image, registry, report);
  const { settings = {} } = spec;
  if (traefik !== undefined && settings.errorPagesPath !== undefined) {
    report(["settings", "errorPagesPath"], "is kamal-proxy's, and traefik serves this app");
  }
  return {
    service,
    destination,
    image,
    repository: registry.server === undefined ? image : `${registry.server}/${image}`,
    registry,
    roles,
    primaryRole: roles.find((role) => role.isPrimary)?.name,
    hosts: hosts.hosts(),
    accessories,
    builder,
    proxyRun: resolveProxyRun(spec.proxy?.run),
    traefik,
    boot: resolveBoot(spec.boot),
    release: resolveRelease(spec.release, roles, report),
    canary: resolveCanary(spec.canary, roles, report),
    ssh,
    sshkit: resolveSshkit(spec.sshkit),
    labels: resolveTextMap(spec.labels),
    volumes: spec.volumes ?? [],
    aliases: spec.aliases ?? {},
    hooksPath: settings.hooksPath ?? ".kamal/hooks",
    quietHooks: quietHooks(settings),
    secretsPath: settings.secretsPath ?? ".kamal/secrets",
    errorPages: resolveErrorPages(settings.errorPagesPath, digests),
    retainContainers: settings.retainContainers ?? 5,
    orphans: settings.orphans ?? "report",
    readinessDelay: settings.readinessDelay ?? 7,
    deployTimeout: settings.deployTimeout ?? 30,
    drainTimeout: settings.drainTimeout ?? 30,
    secretNames: secretNamesOf(registry, roles, accessories, traefik, ssh, builder),
  };
}

function secretNamesOf(
  registry: Registry,
  roles: readonly Role[],
  accessories: readonly Accessory[],
  traefik: Traefik | undefined,
  { keyData }: Ssh,
  { secrets }: Builder,
): readonly string[] {
  const registries = [registry, ...accessories.flatMap((accessory) => accessory.registry ?? [])];
  const logins = registries.flatMap(({ username, password }) => [username, password])
    .filter(isSecretReference).map(({ secret }) => secret);
  const envs = [
    ...roles.flatMap((role) => Object.values(role.env)),
    ...accessories.map((accessory) => accessory.env),
    ...traefik === undefined ? [] : [traefik.env],
  ];
  const names = envs.flatMap((env) => Object.values(env.secret));
  const certificates = roles.flatMap(({ proxy }) => Object.values(proxy?.certificate ?? {}));
  return [...new Set([...logins, ...names, ...certificates, ...keyData, ...secrets])].toSorted();
}
