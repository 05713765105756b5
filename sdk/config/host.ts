/**
 * Hosts: how they are written, and the register of all that a deployment names.
 *
 * @module
 */

import * as z from "zod";
import type { Host, Ssh } from "./config.ts";
import { parseHost } from "./host_parts.ts";
import { jumps, parseJumps } from "./jump.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { withPort } from "./published_port.ts";
import { port, strict, text, whole } from "./schema.ts";

/** A host with its own login and tags. */
export interface HostFields<Address extends string = string> {
  /** Address or DNS name, or all in one as `user@host:port`. */
  readonly host: Address;
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
  /**
   * Key files in the place of those of `.ssh()`, such as `~/.ssh/deploy`.
   * @default {[]} What `.ssh()` says.
   */
  readonly keys?: readonly string[];
  /**
   * Jump host in the place of that of `.ssh()`, such as `root@10.0.0.9:22`, several with commas; `none` for none.
   * @default {undefined} What `.ssh()` says.
   */
  readonly proxy?: string;
  /** Tags that select environment variables and accessories. */
  readonly tags?: readonly string[];
  /**
   * Containers of the role on this host.
   * @default {undefined} What the role says.
   */
  readonly replicas?: number;
}

/** A host: its address, `user@host:port` or `[address]:port`, or an object. */
export type HostInput<Address extends string = string> = Address | HostFields<Address>;

/** Checks a host in its long form. */
export const hostSchema: z.ZodType<HostFields> = strict<HostFields>({
  host: text().meta({
    description: "Address or DNS name, or all in one as user@host:port",
    example: "10.0.0.1",
  }),
  user: text().optional().meta({
    description: "Login name in place of that of ssh",
    example: "deploy",
  }),
  port: port().optional().meta({
    description: "Port of its SSH server in place of that of ssh",
    example: 2222,
  }),
  keys: z.array(text()).optional().meta({
    description: "Key files to log in with, in place of those of ssh",
    example: ["~/.ssh/eu"],
  }),
  proxy: jumps().optional().meta({
    description: 'Jump host, several with commas, or "none"',
    example: "root@10.0.0.9",
  }),
  tags: z.array(text()).optional().meta({
    description: "Tags that select environment variables and accessories",
    example: ["eu"],
  }),
  replicas: whole(1).optional().meta({
    description: "How many containers of the role run here, in place of what the role says",
    example: 2,
  }),
}, "a text or an object");

interface Entry {
  readonly address: string;
  readonly port: number;
  readonly login: Login;
  readonly tags: Set<string>;
}

/** What may be said of a host's login, in any of the places that name it. */
interface Login {
  user: string | undefined;
  keys: readonly string[] | undefined;
  proxy: string | undefined;
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
    const name = port === this.#ssh.port ? address : withPort(address, port);
    const login = { user: input.user ?? parts.user, keys: input.keys, proxy: input.proxy };
    this.#merge(name, { address, port, login, tags: new Set(input.tags) }, path);
    return name;
  }

  /** Every host in the order of registration. */
  hosts(): readonly Host[] {
    return [...this.#entries].map(([name, { address, port, login, tags }]) => ({
      name,
      address,
      port,
      user: login.user ?? this.#ssh.user,
      keys: login.keys ?? this.#ssh.keys,
      ...this.#way(login.proxy),
      tags: [...tags],
    }));
  }

  /** A host's own jump hosts come before what holds for all; of that, jump hosts come first, as with Kamal. */
  #way(proxy: string | undefined): Pick<Host, "jumps" | "proxyCommand"> {
    if (proxy !== undefined) return { jumps: parseJumps(proxy), proxyCommand: undefined };
    const { jumps, proxyCommand } = this.#ssh;
    return { jumps, proxyCommand: jumps?.length ? undefined : proxyCommand };
  }

  #merge(name: string, entry: Entry, path: ConfigPath): void {
    const known = this.#entries.get(name);
    if (!known) {
      this.#entries.set(name, entry);
      return;
    }
    this.#checkLogins(name, known.login, entry.login, path);
    known.login.user ??= entry.login.user;
    known.login.keys ??= entry.login.keys;
    known.login.proxy ??= entry.login.proxy;
    for (const tag of entry.tags) known.tags.add(tag);
  }

  #checkLogins(name: string, known: Login, added: Login, path: ConfigPath): void {
    if (known.user !== undefined && added.user !== undefined && known.user !== added.user) {
      this.#report(path, `logs in to ${name} as "${added.user}", elsewhere as "${known.user}"`);
    }
    for (const key of ["keys", "proxy"] as const) {
      const [before, after] = [known[key], added[key]];
      if (before === undefined || after === undefined || String(before) === String(after)) continue;
      this.#report([...path, key], `is "${after}" for ${name}, elsewhere "${before}"`);
    }
  }
}
