/**
 * How hosts are reached.
 *
 * @module
 */

import * as z from "zod";
import type { Ssh } from "./config.ts";
import { jumps, parseJumps } from "./jump.ts";
import { port, secretReference, strict, text, whole } from "./schema.ts";
import type { SecretReference } from "./secret.ts";

/** How much is told of logins, under the names that Kamal has for it. */
export type SshLogLevel = "debug" | "info" | "warn" | "error" | "fatal";

/** How hosts are reached. */
export interface SshInput {
  /**
   * Login name where a host names none.
   * @default {"root"}
   */
  readonly user?: string;
  /**
   * Port where a host names none.
   * @default {22}
   */
  readonly port?: number;
  /**
   * Key files, such as `~/.ssh/deploy`.
   * @default {[]} The usual ones.
   */
  readonly keys?: readonly string[];
  /**
   * Secrets that hold private keys, in any format of OpenSSH.
   * @default {[]}
   */
  readonly keyData?: readonly SecretReference[];
  /**
   * Whether only `keys` and `keyData` are tried, not those of the agent.
   * @default {false}
   */
  readonly keysOnly?: boolean;
  /**
   * Jump host, such as `root@10.0.0.9:22`, through which all hosts are reached; several with commas, the nearest
   * first; `none` for none. The login is root's where it names none, with every key that there is.
   * @default {undefined} What the files of `config` say.
   */
  readonly proxy?: string;
  /**
   * Command on this machine whose standard input and output are the connection, such as `nc -X 5 -x proxy:1080 %h %p`;
   * `%h` is the host, `%p` its port, `%r` the login name and `%%` a percent sign. Only where there is no jump host.
   * @default {undefined} What the files of `config` say.
   */
  readonly proxyCommand?: string;
  /**
   * Whether commands on the hosts may ask the ssh-agent of this machine.
   * @default {false}
   */
  readonly forwardAgent?: boolean;
  /**
   * Files of SSH that say what is not said here: address, keys, jump hosts, proxy command and known hosts of a host,
   * by its name. `true` is for the usual ones, `~/.ssh/config` and `/etc/ssh/ssh_config`, `false` for none.
   * User and port are those of the deployment, as with Kamal.
   * @default {true}
   */
  readonly config?: boolean | string | readonly string[];
  /**
   * What happens with a host key that was never seen: it is accepted and remembered, or refused.
   * A key that has changed is always refused.
   * @default {"accept-new"}
   */
  readonly hostKeys?: "accept-new" | "strict";
  /**
   * How much is told of logins: with `debug` each step, with every other level what fails.
   * @default {"fatal"}
   */
  readonly logLevel?: SshLogLevel;
  /**
   * Seconds until a host counts as unreachable.
   * @default {8}
   */
  readonly connectTimeout?: number;
}

/** Checks how hosts are reached. */
export const sshSchema: z.ZodType<SshInput> = strict<SshInput>({
  user: z.string().check(z.regex(/^[\w.][\w.@+-]*\$?$/, { error: "should be a login name" }))
    .optional().meta({
      description: "Login name on every host that names none",
      example: "deploy",
    }),
  port: port().optional().meta({
    description: "Port of the SSH server on every host that names none",
    example: 2222,
  }),
  keys: z.array(text()).optional().meta({
    description: "Key files to log in with; else the agent's keys and the usual files",
    example: ["~/.ssh/deploy"],
  }),
  keyData: z.array(secretReference()).optional().meta({
    description: "Secrets that hold private keys to log in with",
    example: [{ secret: "SSH_KEY" }],
  }),
  keysOnly: z.boolean().optional().meta({
    description: "Try only these keys, and none of the agent's",
    example: true,
  }),
  proxy: jumps().optional().meta({
    description: "Jump host, several with commas",
    example: "root@10.0.0.9",
  }),
  proxyCommand: proxyCommand().optional().meta({
    description: "Command that connects to %h, port %p, as %r",
    example: "nc -X 5 -x proxy.acme.dev:1080 %h %p",
  }),
  forwardAgent: z.boolean().optional().meta({
    description: "Whether hosts may ask the ssh-agent of this machine",
    example: true,
  }),
  config: z.union([z.boolean(), text(), z.array(text())]).optional().meta({
    description: "Files of SSH that say what is not said here; false for none",
    example: "~/.ssh/deploy_config",
  }),
  hostKeys: z.enum(["accept-new", "strict"]).optional().meta({
    description: "What happens with a host key that was never seen",
    example: "strict",
  }),
  logLevel: z.enum(["debug", "info", "warn", "error", "fatal"]).optional().meta({
    description: "How much is told of logins: each step with debug, else what fails",
    example: "debug",
  }),
  connectTimeout: whole(1).optional().meta({
    description: "Seconds until a host counts as unreachable",
    example: 30,
  }),
});

/** Fills the defaults of how hosts are reached. */
export function resolveSsh(input: SshInput = {}): Ssh {
  return {
    user: input.user ?? "root",
    port: input.port ?? 22,
    keys: input.keys ?? [],
    keyData: (input.keyData ?? []).map(({ secret }) => secret),
    keysOnly: input.keysOnly ?? false,
    jumps: input.proxy === undefined ? undefined : parseJumps(input.proxy),
    proxyCommand: input.proxyCommand,
    forwardAgent: input.forwardAgent ?? false,
    config: configFiles(input.config ?? true),
    hostKeys: input.hostKeys ?? "accept-new",
    logLevel: input.logLevel ?? "fatal",
    connectTimeout: input.connectTimeout ?? 8,
  };
}

function proxyCommand(): z.ZodType<string> {
  return text().check(z.refine((value) => !/%(?![hpr%])/.test(value.replaceAll("%%", "")), {
    error: "knows %h, %p, %r and %% for host, port, login name and a percent sign, no others",
  }));
}

function configFiles(config: boolean | string | readonly string[]): readonly string[] {
  if (config === true) return ["~/.ssh/config", "/etc/ssh/ssh_config"];
  if (config === false) return [];
  return typeof config === "string" ? [config] : config;
}
