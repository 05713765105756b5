/**
 * Hosts: how they are written, and the register of all that a deployment names.
 *
 * @module
 */

import * as z from "zod";
import type { Host, Ssh } from "./config.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { port, strict, text } from "./schema.ts";

/** A host with its own login and tags. */
export interface HostFields {
  /** Address or DNS name, or all in one as `user@host:port`. */
  readonly host: string;
  /**
   * Login name.
   * @default {"root"} Or what `.ssh()` says.
   */
  readonly user?: string;
  /**
   * Port of the SSH server.
   * @default {22} Or what `.ssh()` says.
   */
  readonly port?: number;
  /** Tags that select environment variables and accessories. */
  readonly tags?: readonly string[];
}

/** A host: its address, `user@host:port` or `[address]:port`, or an object. */
export type HostInput = string | HostFields;

/** Checks a host in its long form. */
export const hostSchema: z.ZodType<HostFields> = strict<HostFields>({
  host: text().meta({ description: "Address or DNS name", example: "10.0.0.1" }),
  user: text().optional().meta({ description: "Login name", example: "deploy" }),
  port: port().optional().meta({ description: "Port of the SSH server", example: 2222 }),
  tags: z.array(text()).optional().meta({ description: "Tags", example: ["eu"] }),
}, "a text or an object");

/** The parts of a host as it was written. */
export interface HostParts {
  /** Address or DNS name. */
  readonly address: string;
  /** Login name, where one was written. */
  readonly user: string | undefined;
  /** Port, where one was written. */
  readonly port: number | undefined;
}

/** Takes `user@host:port` apart; `undefined` if it is no host. */
export function parseHost(host: string): HostParts | undefined {
  const match = HOST_REGEXP.exec(host);
  if (!match?.groups) return undefined;
  const { user, bracketed, bare, port } = match.groups;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65535)) return undefined;
  return { address: bracketed ?? bare ?? "", user, port: number };
}

// No part may begin with a dash, or the ssh program would take it for an option.
const HOST_REGEXP = new RegExp(
  [
    /^(?:(?<user>\w[\w.+-]*)@)?/,
    /(?:\[(?<bracketed>[\da-f.:]+(?:%\w+)?)\]|(?<bare>\w[\w.-]*|[\da-f]*:[\da-f.:]*:[\da-f.:]*(?:%\w+)?))/,
    /(?::(?<port>\d{1,5}))?$/,
  ].map((part) => part.source).join(""),
  "i",
);

interface Entry {
  readonly address: string;
  readonly port: number;
  user: string | undefined;
  readonly tags: Set<string>;
}

/** All hosts that a deployment names, each once. */
export class HostRegister {
  readonly #ssh: Ssh;
  readonly #report: ReportProblem;
  readonly #entries = new Map<string, Entry>();

  /** Starts an empty register; the login that a host doesn't name is that of `ssh`. */
  constructor(ssh: Ssh, report: ReportProblem) {
    this.#ssh = ssh;
    this.#report = report;
  }

  /** Registers a host and gives its name; `undefined` if it was reported as a problem. */
  add(input: HostFields, path: ConfigPath): string | undefined {
    const parts = parseHost(input.host);
    if (!parts) {
      this.#report(
        [...path, "host"],
        `should be a host, such as "10.0.0.1" or "deploy@10.0.0.1:2222"`,
      );
      return undefined;
    }
    for (const key of ["user", "port"] as const) {
      if (parts[key] !== undefined && input[key] !== undefined) {
        this.#report([...path, key], `is set twice, the host says "${parts[key]}" already`);
      }
    }
    const { address } = parts;
    const port = input.port ?? parts.port ?? this.#ssh.port;
    const name = port === this.#ssh.port
      ? address
      : `${address.includes(":") ? `[${address}]` : address}:${port}`;
    this.#merge(
      name,
      { address, port, user: input.user ?? parts.user, tags: new Set(input.tags) },
      path,
    );
    return name;
  }

  /** Every host in the order of registration. */
  hosts(): readonly Host[] {
    return [...this.#entries].map(([name, { address, port, user, tags }]) => ({
      name,
      address,
      port,
      user: user ?? this.#ssh.user,
      tags: [...tags],
    }));
  }

  #merge(name: string, entry: Entry, path: ConfigPath): void {
    const known = this.#entries.get(name);
    if (!known) {
      this.#entries.set(name, entry);
      return;
    }
    if (known.user !== undefined && entry.user !== undefined && known.user !== entry.user) {
      this.#report(path, `logs in to ${name} as "${entry.user}", elsewhere as "${known.user}"`);
    }
    known.user ??= entry.user;
    for (const tag of entry.tags) known.tags.add(tag);
  }
}
