/**
 * The spec: what a deployment says of itself, as plain data. The builder and YAML files both make one.
 *
 * @module
 */

import type { AccessoryInput } from "./accessory.ts";
import type { AliasesInput } from "./alias.ts";
import type { BootInput } from "./boot.ts";
import type { CanaryInput } from "./canary.ts";
import type { ReleaseInput } from "./release.ts";
import type { BuilderInput } from "./builder.ts";
import type { RootEnvInput } from "./env.ts";
import type { HookIds } from "./hook.ts";
import type { HostsSpec } from "./hosts_function.ts";
import type { LoggingInput } from "./logging.ts";
import type { ProxyInput } from "./proxy.ts";
import type { RegistryInput } from "./registry.ts";
import type { RoleInput } from "./role.ts";
import type { SecretsReference } from "./secrets_function.ts";
import type { SettingsInput } from "./settings.ts";
import type { SshInput } from "./ssh.ts";
import type { SshkitInput } from "./sshkit.ts";
import type { TextMap } from "./text_map.ts";
import type { TraefikInput } from "./traefik.ts";

/** Marks a deployment, whichever copy of the SDK made it: it has this property, `toSpec` and `toEffects`. */
export const DEPLOY_BRAND: unique symbol = Symbol.for("sextant.deploy");

/** What the keys of a deployment and of its destinations are. */
export interface SpecFields {
  /** Image without registry and tag. */
  readonly image?: string;
  /** Where the image is pushed to and pulled from. */
  readonly registry?: RegistryInput;
  /** Roles by name. */
  readonly servers?: Readonly<Record<string, RoleInput<HostsSpec>>>;
  /** Accessories by name. */
  readonly accessories?: Readonly<Record<string, AccessoryInput<string, HostsSpec>>>;
  /** Environment of the app. */
  readonly env?: RootEnvInput;
  /** Traffic from kamal-proxy. */
  readonly proxy?: ProxyInput;
  /** Traefik in the place of kamal-proxy. */
  readonly traefik?: TraefikInput;
  /** How the image is built. */
  readonly builder?: BuilderInput;
  /** In which groups hosts switch. */
  readonly boot?: BootInput;
  /** Command that runs once before anything boots. */
  readonly release?: ReleaseInput;
  /** Who gets a canary. */
  readonly canary?: CanaryInput;
  /** How hosts are reached. */
  readonly ssh?: SshInput;
  /** How connections are made. */
  readonly sshkit?: SshkitInput;
  /** Docker's log driver. */
  readonly logging?: LoggingInput;
  /** Labels of the app's containers. */
  readonly labels?: TextMap;
  /** Volumes of the app's containers. */
  readonly volumes?: readonly string[];
  /** The user's own names for commands. */
  readonly aliases?: AliasesInput;
  /** Functions of hooks, by their ids in the effects. */
  readonly hooks?: HookIds;
  /** The function that gives secrets, by its id in the effects. */
  readonly secrets?: SecretsReference;
  /** All other root scalars. */
  readonly settings?: SettingsInput;
}

/** What a destination lays over the deployment. */
export interface DeployOverlay extends SpecFields {
  /** Another name of the app. */
  readonly service?: string;
}

/** A whole deployment as it was written: plain, frozen, not validated yet. */
export interface DeploySpec extends SpecFields {
  /** Unique name of the app on its hosts. */
  readonly service: string;
  /** What differs, by destination. */
  readonly destinations?: Readonly<Record<string, DeployOverlay>>;
}
