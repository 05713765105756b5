/**
 * Logging in to the image registry.
 *
 * @module
 */

import { type Command, pipe, quiet, run, type SecretReference } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";

/** How to log in to a registry. */
export interface RegistryLogin {
  /** Address; `undefined` for Docker Hub. */
  readonly server: string | undefined;
  /** Login name. */
  readonly username: string | SecretReference;
  /** Password or token. */
  readonly password: SecretReference;
}

/** Logs in to a registry. */
export interface LoginRegistry extends RegistryLogin {
  /** Which operation. */
  readonly kind: "login-registry";
}

/** Logs out of a registry. */
export interface LogoutRegistry {
  /** Which operation. */
  readonly kind: "logout-registry";
  /** Address; `undefined` for Docker Hub. */
  readonly server: string | undefined;
}

/** An operation on a registry. */
export type RegistryOperation = LoginRegistry | LogoutRegistry;

/** How a login is done. */
export const loginRegistry: Definition<LoginRegistry> = {
  changes: true,
  describe: ({ server }) => ({ noun: "login", subject: server ?? "Docker Hub", minor: true }),
  render: loginCommand,
  explain: ({ server }, { stderr }) => ({
    code: "REGISTRY_REFUSED",
    message: `${server ?? "Docker Hub"} refused the login: ${
      lastLines(stderr, 1)[0] ?? "docker login said nothing"
    }`,
    hint: "Check the username and the password's secret in .registry(…)",
  }),
};

/** How a logout is done. */
export const logoutRegistry: Definition<LogoutRegistry> = {
  changes: true,
  describe: ({ server }) => ({ noun: "logout", subject: server ?? "Docker Hub", minor: true }),
  render: ({ server }) => quiet(run("docker", "logout", ...server === undefined ? [] : [server])),
};

/** The login: the password comes by standard input, from a builtin of the shell, so that no process list has it. */
export function loginCommand({ server, username, password }: RegistryLogin): Command {
  const registry = server === undefined ? [] : [server];
  // docker takes the login name as an argument only, even where the user keeps it as a secret.
  const login = run("docker", "login", ...registry, "--username", username, "--password-stdin");
  return pipe(run("printf", "%s", password), quiet(login));
}
