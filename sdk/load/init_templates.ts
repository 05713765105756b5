/**
 * The texts of a new project's files.
 *
 * @module
 */

import type { HookName, OldHookName } from "../config/hook.ts";

/** A `deploy.ts` to begin with. */
export function deployTemplate(service: string): string {
  return `// What is deployed, and where. "sextant plan" shows what would change,
// "sextant deploy" shows it, asks, and does it.
import { deploy, secret } from "@sextant/deploy";

export default deploy("${service}")
  // The image's name; its tag is the version, normally the git commit.
  .image("my-name/${service}")
  // Where the image is pushed to and pulled from. The password's value comes
  // from .kamal/secrets.
  .registry({
    server: "ghcr.io",
    username: "my-name",
    password: secret("REGISTRY_PASSWORD"),
  })
  // Roles and the hosts they run on. The role web gets the traffic.
  .servers({
    web: ["192.0.2.1"],
    // jobs: { hosts: ["deploy@192.0.2.2:2222"], cmd: "bin/jobs" },
  })
  // How requests reach the app. A new container gets them once its health path
  // answers 200.
  .proxy({
    host: "${service}.example.com",
    ssl: true,
    appPort: 3000,
    healthcheck: { path: "/up" },
  })
  // Environment of the app: values that may be seen, and names of secrets.
  .env({
    clear: { LOG_LEVEL: "info" },
    // secret: ["DATABASE_URL"],
  });
// Databases and the like, which outlive deploys:
//   .accessory("db", {
//     image: "postgres:17",
//     role: "web",
//     env: { secret: ["POSTGRES_PASSWORD"] },
//     directories: ["data:/var/lib/postgresql/data"],
//   })
// What differs in another destination, for sextant deploy -d staging:
//   .destination("staging", (app) => app.servers({ web: ["192.0.2.9"] }))
`;
}

/** A `.kamal/secrets` to begin with. */
export const SECRETS_TEMPLATE =
  `# Where the values of secrets come from. Write no values here, so that this
# file can be committed. With a destination, .kamal/secrets.<destination> is read
# in its place; .kamal/secrets-common is read always.

# From the environment:
REGISTRY_PASSWORD=$REGISTRY_PASSWORD

# From a password manager, or any other command that prints the value:
# DATABASE_URL=$(op read "op://my-vault/database/url")

# From a file:
# POSTGRES_PASSWORD=$(cat config/postgres.password)
`;

interface HookSample {
  readonly when: string;
  readonly example: string;
}

/** Hooks of which there are samples: all but those of Kamal 1. */
export type SampledHook = Exclude<HookName, OldHookName>;

const HOOK_SAMPLES: Readonly<Record<SampledHook, HookSample>> = Object.freeze({
  "pre-connect": {
    when: "before the first host is connected, such as to make sure that a VPN is up",
    example: 'echo "about to connect to $KAMAL_HOSTS"',
  },
  "docker-setup": {
    when: "after a new host was prepared for Docker",
    example: 'echo "Docker is ready on $KAMAL_HOSTS"',
  },
  "pre-build": {
    when: "before the image is built, such as to refuse what is not committed",
    example: '[ -z "$(git status --porcelain)" ] || { echo "commit first" >&2; exit 1; }',
  },
  "pre-deploy": {
    when: "before anything changes on a host, while the deploy lock is held",
    example: 'echo "$KAMAL_PERFORMER deploys $KAMAL_SERVICE_VERSION"',
  },
  "pre-app-boot": {
    when: "before each group of hosts starts the new version",
    example: 'echo "starting $KAMAL_VERSION on $KAMAL_HOSTS"',
  },
  "post-app-boot": {
    when: "after each group of hosts serves the new version",
    example: 'echo "$KAMAL_HOSTS serve $KAMAL_VERSION"',
  },
  "post-deploy": {
    when: "after a deploy has gone well and the lock is released",
    example: 'echo "$KAMAL_SERVICE_VERSION was deployed in $KAMAL_RUNTIME seconds"',
  },
  "pre-proxy-reboot": {
    when: "before each group of hosts gets a new container of kamal-proxy",
    example: 'echo "rebooting kamal-proxy on $KAMAL_HOSTS"',
  },
  "post-proxy-reboot": {
    when: "after each group of hosts got a new container of kamal-proxy",
    example: 'echo "kamal-proxy was rebooted on $KAMAL_HOSTS"',
  },
});

/** A hook to begin with; it does nothing until it is renamed. */
export function hookTemplate(name: SampledHook): string {
  const { when, example } = HOOK_SAMPLES[name];
  return `#!/bin/sh
# Runs here ${when}.
# Rename it to ${name} to use it. An exit status other than 0 fails the command.
#
# KAMAL_RECORDED_AT       when the run began
# KAMAL_PERFORMER         who runs it
# KAMAL_SERVICE           name of the app
# KAMAL_DESTINATION       destination, if there is one
# KAMAL_VERSION           version
# KAMAL_SERVICE_VERSION   app and version, shortened
# KAMAL_HOSTS             hosts it is about, with commas between them
# KAMAL_ROLES             roles, if some were selected
# KAMAL_LOCK              whether the deploy lock is held
# KAMAL_COMMAND           the command, such as deploy
# KAMAL_SUBCOMMAND        its second word, if there is one${
    name === "post-deploy" ? "\n# KAMAL_RUNTIME           seconds that the deploy took" : ""
  }

${example}
`;
}
