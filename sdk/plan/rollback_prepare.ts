/**
 * What a host needs before it can go back: the image, the secrets, the network, the proxy.
 *
 * @module
 */

import { bridgeAssets } from "./assets.ts";
import { writeProxyFiles } from "./proxy_files.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { appFolder, imageName, ownFolder, saltFile } from "./names.ts";
import type { Step } from "./plan.ts";
import { networkUp, proxyUp } from "./proxy.ts";
import { pullAppImage } from "./pull.ts";
import { knownDigest } from "./release.ts";
import type { Return } from "./rollback_start.ts";
import { step } from "./stages.ts";
import { traefikUp } from "./traefik.ts";

/** The steps before any container is started. */
export function prepareSteps(
  input: PlanInput,
  host: string,
  returns: readonly Return[],
): readonly Step[] {
  const boots = returns.filter(({ containers }) => containers.length === 0);
  const isProxied = returns.some(({ released }) => released.route !== undefined);
  return [
    ...boots.length === 0 ? [] : imageSteps(input, host),
    folders(input, host, boots.length > 0),
    ...boots.length === 0 || stateOf(input, host).salt !== undefined
      ? []
      : [step(`${host} salt`, { kind: "write-salt", path: saltFile(input.config) })],
    ...boots.flatMap((one) => envStep(host, one)),
    ...returns.flatMap(({ role, containers }) =>
      bridgeAssets(input, host, role, { extract: containers.length === 0 })
        .map((bridge) => step(`${host} assets ${role.name}`, bridge))
    ),
    ...networkUp(input, host),
    ...isProxied ? proxyUp(input, host) : [],
    ...writeProxyFiles(input, host, returns.map(({ role }) => role)),
    ...returns.some(({ role }) => role.traefik !== undefined) ? traefikUp(input, host) : [],
  ];
}

function folders({ config }: PlanInput, host: string, boots: boolean): Step {
  const paths = boots
    ? [`${appFolder(config)}/env/roles`, `${ownFolder(config)}/env/roles`]
    : [ownFolder(config)];
  return step(`${host} folders`, {
    kind: "make-directories",
    paths,
    mode: undefined,
    owner: undefined,
  });
}

/** The image by its digest, where that is known: its tag may have been given to another since. */
function imageSteps(input: PlanInput, host: string): readonly Step[] {
  const { config, version } = input;
  const name = imageName(config, version);
  const digest = knownDigest(input, version);
  const present = stateOf(input, host).images.find((image) => image.name === name);
  const isSame = present !== undefined &&
    (digest === undefined || present.digest === undefined || present.digest === digest);
  if (isSame) return [];
  const image = digest === undefined ? name : `${config.repository}@${digest}`;
  const pull = pullAppImage(input, host, image);
  if (digest === undefined) return [step(`${host} pull`, pull)];
  return [step(`${host} pull`, pull), step(`${host} tag`, { kind: "tag-image", image, tag: name })];
}

function envStep(host: string, { role, released }: Return): readonly Step[] {
  const { envFile, envScript } = released.containers[0]!.run;
  if (envFile === undefined || envScript === undefined) return [];
  return [step(`${host} env ${role.name}`, {
    kind: "write-env",
    role: role.name,
    envFile,
    envScript,
    secrets: released.secrets,
    because: Object.keys(released.secrets).length === 0
      ? undefined
      : "its secrets, with today's values",
  })];
}
