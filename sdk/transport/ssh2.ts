import { homedir } from "node:os";
import { configuredTarget } from "./configured_target.ts";
import { type HostKeyOptions, HostKeys } from "./host_keys.ts";
import { KeyRings } from "./key_rings.ts";
import type { KeyOptions } from "./keys.ts";
import { Shell } from "./shell.ts";
import { Ssh2Dialer } from "./ssh2_dialer.ts";
import { SshConfig } from "./ssh_config.ts";
import type { Connection, ConnectOptions, Target, Transport } from "./transport.ts";

/** How hosts are reached by SSH. */
export interface Ssh2Options
  extends Omit<KeyOptions, "home" | "withDefaults">, Omit<HostKeyOptions, "home"> {
  /**
   * Home directory of the user: keys and known hosts stand in its `.ssh`.
   *
   * @default the home directory of this process's user
   */
  readonly home?: string | undefined;
  /**
   * Socket of an ssh-agent, an empty text for none.
   *
   * @default the value of `SSH_AUTH_SOCK`
   */
  readonly agent?: string | undefined;
  /**
   * Files of OpenSSH that say how hosts are reached, where a target does not say it itself; in each thing, the
   * first that says it counts.
   *
   * @default {[]}
   */
  readonly configFiles?: readonly string[] | undefined;
  /**
   * How long one host may take to be connected to, waiting for other hosts not counted, and then how long
   * its shell may take to begin, in seconds.
   *
   * @default {8}
   */
  readonly connectSeconds?: number | undefined;
  /**
   * How long a connection that is lost while a script runs is tried again, in seconds.
   *
   * @default {30}
   */
  readonly reconnectSeconds?: number | undefined;
  /**
   * Silence after which a host is asked for a sign of life, in seconds; after three without one the connection is lost.
   *
   * @default {5}
   */
  readonly keepaliveSeconds?: number | undefined;
  /**
   * How many hosts are logged in to at the same time.
   *
   * @default {16}
   */
  readonly handshakes?: number | undefined;
  /**
   * How often looking a host's name up is tried again.
   *
   * @default {3}
   */
  readonly dnsRetries?: number | undefined;
  /**
   * Takes each step of each login, in the words of ssh2.
   *
   * @default nobody does
   */
  readonly onDebug?: ((target: Target, line: string) => void) | undefined;
}

/** Reaches hosts by SSH, with ssh2. One transport serves any number of hosts and reads keys once. */
export class Ssh2Transport implements Transport {
  readonly #dialer: Ssh2Dialer;
  readonly #config: SshConfig;
  readonly #hasKeys: boolean;
  readonly #beginSeconds: number;
  readonly #reconnectSeconds: number;

  /** Makes a transport; nothing is read or connected yet. */
  constructor(options: Ssh2Options = {}) {
    const home = options.home ?? homedir();
    const agent = options.agent ?? Deno.env.get("SSH_AUTH_SOCK");
    this.#config = new SshConfig(options.configFiles ?? [], home);
    this.#hasKeys = options.keys !== undefined;
    this.#beginSeconds = options.connectSeconds ?? 8;
    this.#reconnectSeconds = options.reconnectSeconds ?? 30;
    this.#dialer = new Ssh2Dialer({
      keys: new KeyRings({ ...options, home, agent }),
      agent,
      hostKeys: new HostKeys({ ...options, home }),
      connectSeconds: this.#beginSeconds,
      keepaliveSeconds: options.keepaliveSeconds ?? 5,
      handshakes: options.handshakes ?? 16,
      dnsRetries: options.dnsRetries ?? 3,
      onDebug: options.onDebug,
    });
  }

  /**
   * Opens a session.
   *
   * @throws {HostError} `HOST_UNREACHABLE`, `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED` or `LOGIN_REFUSED`.
   */
  async connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    const configured = await configuredTarget(target, this.#config, this.#hasKeys);
    const shell = {
      dial: (signal: AbortSignal) => this.#dialer.dial(configured, signal),
      home: true,
      beginSeconds: this.#beginSeconds,
      reconnectSeconds: this.#reconnectSeconds,
    };
    return await Shell.open(target, shell, options);
  }
}
