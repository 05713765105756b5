/**
 * The password managers there are.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { Adapter } from "./adapter.ts";
import { awsSecretsManager } from "./aws_secrets_manager.ts";
import { bitwarden } from "./bitwarden.ts";
import { bitwardenSecretsManager } from "./bitwarden_secrets_manager.ts";
import { doppler } from "./doppler.ts";
import { enpass } from "./enpass.ts";
import { gcpSecretManager } from "./gcp_secret_manager.ts";
import { lastPass } from "./last_pass.ts";
import { onePassword } from "./one_password.ts";
import { pass } from "./pass.ts";
import { passbolt } from "./passbolt.ts";
import { plainCommand } from "./plain_command.ts";
import { sops } from "./sops.ts";
import { vault } from "./vault.ts";

/** Adapters by the name that `--adapter` takes. */
export const ADAPTERS: Readonly<Record<string, Adapter>> = Object.freeze({
  "1password": onePassword,
  lastpass: lastPass,
  bitwarden,
  "bitwarden-sm": bitwardenSecretsManager,
  aws_secrets_manager: awsSecretsManager,
  gcp: gcpSecretManager,
  doppler,
  enpass,
  passbolt,
  sops,
  pass,
  vault,
  command: plainCommand,
});

/** Kamal: its long names are those of its files. */
const LONG_NAMES: Readonly<Record<string, Adapter>> = Object.freeze({
  one_password: onePassword,
  last_pass: lastPass,
  bitwarden_secrets_manager: bitwardenSecretsManager,
  gcp_secret_manager: gcpSecretManager,
});

/**
 * Finds the adapter of a name, in any case, with dashes or underscores.
 *
 * @throws {SextantError} `USAGE` if there is none.
 */
export function findAdapter(name: string): Adapter {
  const normal = name.toLowerCase().replaceAll("-", "_");
  const known = Object.entries({ ...ADAPTERS, ...LONG_NAMES });
  const found = known.find(([key]) => key.replaceAll("-", "_") === normal);
  if (found !== undefined) return found[1];
  throw new SextantError("USAGE", `there is no secrets adapter "${name}"`, {
    hint: `There are: ${Object.keys(ADAPTERS).join(", ")}`,
  });
}
