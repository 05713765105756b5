/**
 * Docker itself on a host.
 *
 * @module
 */

import { text } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";

/** Installs Docker with its own script, as Kamal does. */
export interface InstallDocker {
  /** Which operation. */
  readonly kind: "install-docker";
}

/** How Docker is installed. */
export const installDocker: Definition<InstallDocker> = {
  changes: true,
  describe: () => ({
    mark: "+",
    noun: "docker",
    subject: "Docker Engine",
    detail: "by https://get.docker.com",
  }),
  render: () =>
    text(
      `[ "$(id -u)" = 0 ] || sudo -nl usermod >/dev/null 2>&1 || { echo 'the login is neither root nor may it use sudo' >&2; exit 1; }
sx_script=$(curl -fsSL https://get.docker.com || wget -qO- https://get.docker.com) && [ -n "$sx_script" ] || exit 1
printf '%s\\n' "$sx_script" | sh || exit 1
[ "$(id -u)" = 0 ] || sudo -n usermod -aG docker "$(id -un)"`,
    ),
  explain: (_, { stderr }) => ({
    code: "DOCKER_MISSING",
    message: "Docker is not installed, and could not be",
    details: lastLines(stderr, 5),
    hint: "Install Docker on the host by hand: it needs root, and curl or wget.",
  }),
};
