/**
 * The image registry, and the names of images in it.
 *
 * @module
 */

import * as z from "zod";
import type { Registry } from "./config.ts";
import { isImageName } from "./image_name.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { secretReference, strict, text } from "./schema.ts";
import { isSecretReference, type SecretReference } from "./secret.ts";

/** Where the image is pushed to and pulled from. */
export interface RegistryInput<Secret extends string = string> {
  /**
   * Address, such as `ghcr.io` or `localhost:5000`.
   * @default {undefined} Docker Hub.
   */
  readonly server?: string;
  /** Login name, or the secret that holds it. Needs a password too; without both nobody logs in. */
  readonly username?: string | SecretReference<Secret>;
  /** The secret that holds the password or token. */
  readonly password?: SecretReference<Secret>;
}

/** Checks a registry. */
export const registrySchema: z.ZodType<RegistryInput> = strict<RegistryInput>({
  server: text().optional().meta({
    description: "Address of the registry; else Docker Hub",
    example: "ghcr.io",
  }),
  username: z.custom<string | SecretReference>(
    (value) => (typeof value === "string" && value !== "") || isSecretReference(value),
    { error: 'should be a login name or secret("NAME")' },
  ).optional().meta({
    description: "Login name, or the secret that holds it; needs a password too",
    example: "ci",
  }),
  password: secretReference().optional().meta({
    description: "Secret that holds the password or token",
    example: { secret: "REGISTRY_PASSWORD" },
  }),
});

/** Fills the defaults of a registry, that of the app or an accessory's own. */
export function resolveRegistry(
  input: RegistryInput = {},
  report: ReportProblem,
  path: ConfigPath = ["registry"],
): Registry {
  const { server, username, password } = input;
  if (username !== undefined && password === undefined) {
    report([...path, "password"], 'is missing, a username needs one: secret("NAME")');
  }
  if (password !== undefined && username === undefined) {
    report([...path, "username"], "is missing, a password needs one");
  }
  if (server !== undefined && !SERVER_REGEXP.test(server)) {
    report(
      [...path, "server"],
      'should be an address without "https://", such as "ghcr.io" or "localhost:5000"',
    );
  }
  return { server, username, password };
}

/**
 * The image's name without registry and tag.
 *
 * A registry on this machine, and a deployment of accessories alone, need no name: it is the service's.
 */
export function resolveImage(
  image: string | undefined,
  service: string,
  needsName: boolean,
  report: ReportProblem,
): string {
  if (image === undefined && needsName) {
    report(
      ["image"],
      'is missing, the name of the image without registry and tag, such as "acme/shop"',
    );
  }
  if (image?.slice(image.lastIndexOf("/") + 1).match(/[:@]/)) {
    report(["image"], "should have no tag, the deploy adds the version");
  } else if (image !== undefined && !isImageName(image)) {
    report(["image"], 'should be an image in small letters, such as "acme/shop"');
  }
  return image ?? service;
}

const SERVER_REGEXP = /^(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?(?:\/[\w.-]+)*$/i;

/** Port of a registry on this machine; `undefined` for one elsewhere. */
export function localRegistryPort(
  registry: Partial<Pick<Registry, "server">> | undefined,
): number | undefined {
  const [, port] = /^localhost:(\d+)/.exec(registry?.server ?? "") ?? [];
  return port === undefined ? undefined : Number(port);
}

/** Whether a registry is on this machine. */
export function isLocalRegistry(
  registry: Partial<Pick<Registry, "server">> | undefined,
): boolean {
  return registry?.server?.startsWith("localhost:") ?? false;
}
