import { dirname, join } from "node:path";
import { HostError } from "../errors.ts";
import {
  fingerprint,
  hostKeyAlgorithms,
  hostKeyType,
  type HostKeyVerdict,
  judgeHostKey,
  type KnownHost,
  knownHostName,
  parseKnownHosts,
} from "./known_hosts.ts";
import type { Target } from "./transport.ts";

/** A host whose key was not on file and has been accepted. */
export interface NewHostKey {
  /** The host. */
  readonly target: Target;
  /** Type of its key, such as `ssh-ed25519`. */
  readonly type: string;
  /** Fingerprint of its key, as OpenSSH shows it. */
  readonly fingerprint: string;
  /** File that the key was added to; `undefined` if it could not be written. */
  readonly file: string | undefined;
}

/** How the keys of hosts are checked. */
export interface HostKeyOptions {
  /** The user's home directory. */
  readonly home: string;
  /**
   * What happens to a host whose key is not on file: `accept-new` takes it and puts it on file, `strict` refuses it.
   * A key that differs from the one on file is always refused.
   *
   * @default {"accept-new"}
   */
  readonly hostKeys?: "accept-new" | "strict" | undefined;
  /** Files to look in; new keys go to the first. By default `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`. */
  readonly knownHosts?: readonly string[] | undefined;
  /** A new host's key was accepted. */
  readonly onNewHostKey?: ((key: NewHostKey) => void) | undefined;
}

/** Checks the key of one host during one connection. */
export interface HostKeyCheck {
  /** Algorithms to ask the host for, in order. */
  readonly algorithms: readonly string[];
  /** Says what is wrong with the key that the host shows. */
  readonly refusal: (key: Uint8Array) => HostError | undefined;
  /** Puts a key that was new on file; call it when the host has proved that the key is its own. */
  readonly accept: () => Promise<void>;
}

/** The keys of hosts that are on file. */
export class HostKeys {
  readonly #options: HostKeyOptions;
  readonly #files: readonly string[];
  #writing: Promise<unknown> = Promise.resolve();

  /** Makes the check; files are read for each connection. */
  constructor(options: HostKeyOptions) {
    this.#options = options;
    this.#files = options.knownHosts ??
      [join(options.home, ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"];
  }

  /** Prepares to check the key of a host. */
  async check(target: Target): Promise<HostKeyCheck> {
    const { address, port } = target;
    const files = target.knownHosts ?? this.#files;
    const isStrict = target.isStrict || this.#options.hostKeys === "strict";
    const entries = await readAll(files);
    let isNew: Uint8Array | undefined;
    return {
      algorithms: hostKeyAlgorithms(entries, address, port),
      refusal: (key) => {
        const verdict = judgeHostKey(entries, address, port, key);
        const isAccepted = verdict.kind === "unknown" && !isStrict;
        if (isAccepted) isNew = key;
        return isAccepted ? undefined : refusalOf(target, key, verdict);
      },
      accept: async () => {
        if (isNew !== undefined) await this.#accept(target, isNew, files);
      },
    };
  }

  /** One after the other: many hosts are connected to at once. */
  async #accept(target: Target, key: Uint8Array, files: readonly string[]): Promise<void> {
    const [file] = files;
    const turn = this.#writing.then(async () => {
      const verdict = judgeHostKey(await readAll(files), target.address, target.port, key);
      if (verdict.kind === "known" || file === undefined) return;
      const isWritten = await append(file, lineOf(target, key)).then(() => true, () => false);
      this.#options.onNewHostKey?.({
        target,
        type: hostKeyType(key),
        fingerprint: fingerprint(key),
        file: isWritten ? file : undefined,
      });
    });
    this.#writing = turn.catch(() => {});
    await turn;
  }
}

async function readAll(files: readonly string[]): Promise<readonly KnownHost[]> {
  const texts = await Promise.all(files.map(async (file) => {
    // A file that cannot be read knows no host: at worst its hosts are unknown.
    const text = await Deno.readTextFile(file).catch(() => "");
    return parseKnownHosts(text, file);
  }));
  return texts.flat();
}

function refusalOf(
  target: Target,
  key: Uint8Array,
  verdict: HostKeyVerdict,
): HostError | undefined {
  const shown = `${hostKeyType(key)} ${fingerprint(key)}`;
  const host = knownHostName(target.address, target.port);
  switch (verdict.kind) {
    case "known":
      return undefined;
    case "unknown":
      return new HostError(
        "HOST_KEY_UNKNOWN",
        target.name,
        `its host key is not on file: ${shown}`,
        {
          hint: `compare it with the host's own and add it: ssh-keyscan -p ${target.port} ` +
            `${target.address} >> ~/.ssh/known_hosts`,
        },
      );
    case "changed": {
      const { file, line, type } = verdict.entry;
      const message =
        `its host key changed: it shows ${shown}, not the ${type} key of ${file}:${line}`;
      return new HostError("HOST_KEY_CHANGED", target.name, message, {
        hint: "someone may be listening in. If the host was set up anew: " +
          `ssh-keygen -f ${file} -R '${host}'`,
      });
    }
    case "revoked": {
      const { file, line } = verdict.entry;
      const message = `its host key ${shown} is revoked by ${file}:${line}`;
      return new HostError("HOST_KEY_CHANGED", target.name, message, {
        hint: "give the host a new key; this one must not be trusted",
      });
    }
    default:
      return verdict satisfies never;
  }
}

function lineOf({ address, port }: Target, key: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...key));
  return `${knownHostName(address, port)} ${hostKeyType(key)} ${base64}\n`;
}

async function append(file: string, line: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await Deno.readTextFile(file).catch(() => "");
  const start = before === "" || before.endsWith("\n") ? "" : "\n";
  await Deno.writeTextFile(file, start + line, { append: true, create: true, mode: 0o600 });
}
