import { join } from "node:path";
// @ts-types="@types/ssh2"
import type { AgentAuthMethod, BaseAgent, ParsedKey, PublicKeyAuthMethod } from "ssh2";
import { messageOf } from "../errors.ts";
import { outlineKey, parsePrivateKey, publicKeyIn } from "./key_format.ts";
import { within } from "./pause.ts";
import { loadSsh2 } from "./ssh2_module.ts";

/** Where the keys to log in with come from. */
export interface KeyOptions {
  /** The user's home directory; `~` in a file's name stands for it. */
  readonly home: string;
  /** Private key files; by default `id_ed25519`, `id_ecdsa` and `id_rsa` of `~/.ssh`, those that are there. */
  readonly keys?: readonly string[] | undefined;
  /** Private keys themselves. */
  readonly keyData?: readonly KeyData[] | undefined;
  /** Offers only `keys` and `keyData`: of an agent, no other keys, and no default files beside `keyData`. */
  readonly keysOnly?: boolean | undefined;
  /** Offers the default files beside `keys`, too. */
  readonly withDefaults?: boolean | undefined;
  /** Socket of an ssh-agent; none by default. */
  readonly agent?: string | undefined;
  /** Gives the passphrase of a key file, or `undefined` to leave that key alone. Asked once per file. */
  readonly passphrase?: ((file: string) => Promise<string | undefined>) | undefined;
}

/** A private key that stands in no file. */
export interface KeyData {
  /** Says to a reader which it is, such as `secret SSH_KEY`. */
  readonly label: string;
  /** The key, in any format of OpenSSH. */
  readonly text: string;
}

/** One thing to log in with. */
export interface Identity {
  /** Says to a reader what it is, such as `~/.ssh/id_ed25519`. */
  readonly label: string;
  /** What ssh2 does with it, for the given login name. */
  readonly method: (username: string) => PublicKeyAuthMethod | AgentAuthMethod;
}

/** The keys to log in with; read once, however many hosts there are. */
export class KeyRing {
  readonly #options: KeyOptions;
  readonly #identities: Identity[] = [];
  readonly #locked: LockedKey[] = [];
  /** Public keys whose private ones an agent may have. */
  readonly #inAgent: Uint8Array[] = [];
  readonly #notes: string[] = [];
  #loaded: Promise<void> | undefined;
  #unlocked: Promise<number> | undefined;

  /** Makes a ring; nothing is read until it is needed. */
  constructor(options: KeyOptions) {
    this.#options = options;
  }

  /** What can be offered without asking anyone: key files named by the user, the agent, default key files. */
  async identities(): Promise<readonly Identity[]> {
    await (this.#loaded ??= this.#load());
    return [...this.#identities];
  }

  /** Asks for the passphrases of keys that have one; gives how many keys that opened, the same at each call. */
  unlock(): Promise<number> {
    return this.#unlocked ??= this.#unlock();
  }

  /** Why keys that are there cannot be offered. */
  get notes(): readonly string[] {
    return [
      ...this.#notes,
      ...this.#locked.map(({ label }) => `${label} has a passphrase, and none was given`),
    ];
  }

  async #load(): Promise<void> {
    const { keys, keyData = [], keysOnly = false, withDefaults = false } = this.#options;
    const agentKeys = await this.#readAgent();
    for (const { label, text } of keyData) await this.#add({ label, text, agentKeys });
    for (const file of keys ?? []) await this.#addFile(file, agentKeys, true);
    await this.#addAgent(
      keysOnly ? agentKeys.filter((key) => isIn(this.#inAgent, key)) : agentKeys,
    );
    const areNamed = keys !== undefined || (keysOnly && keyData.length > 0);
    if (areNamed && !withDefaults) return;
    for (const name of DEFAULT_FILES) await this.#addFile(`~/.ssh/${name}`, agentKeys, false);
  }

  async #addFile(
    label: string,
    agentKeys: readonly ParsedKey[],
    isNamed: boolean,
  ): Promise<void> {
    const path = label.startsWith("~/") ? join(this.#options.home, label.slice(2)) : label;
    const text = await readText(path);
    const isMissing = text instanceof Deno.errors.NotFound;
    // Whoever keeps private keys in an agent alone has the public one in the file, or beside it.
    const inAgent = typeof text === "string"
      ? publicKeyIn(text)
      : await readPublicKey(`${path}.pub`);
    if (inAgent && agentKeys.some((key) => isIn([inAgent], key))) {
      return void this.#inAgent.push(inAgent);
    }
    if (typeof text === "string") return await this.#add({ label, text, agentKeys, path });
    if (isMissing && isNamed) this.#notes.push(`${label} is not there`);
    if (!isMissing) this.#notes.push(`${label} cannot be read: ${text.message}`);
  }

  async #add({ label, text, agentKeys, path }: KeySource): Promise<void> {
    try {
      const { isEncrypted, publicKey } = outlineKey(text);
      if (!isEncrypted) return this.#offer(label, await parsePrivateKey(text));
      const known = publicKey ?? (path && await readPublicKey(`${path}.pub`));
      if (known) this.#inAgent.push(known);
      const isInAgent = known && agentKeys.some((key) => isIn([known], key));
      if (!isInAgent) this.#locked.push({ label, text });
    } catch (error) {
      this.#notes.push(`${label} cannot be used: ${messageOf(error)}`);
    }
  }

  #offer(label: string, key: ParsedKey): void {
    this.#identities.push({ label, method: (username) => ({ type: "publickey", username, key }) });
  }

  async #readAgent(): Promise<readonly ParsedKey[]> {
    const socket = this.#options.agent;
    if (socket === undefined || socket === "") return [];
    const { createAgent } = await loadSsh2();
    const answer = new Promise<readonly ParsedKey[] | Error>((resolve) => {
      createAgent(socket).getIdentities((error, keys) =>
        resolve(error ?? (keys ?? []).filter(isParsedKey))
      );
    });
    const keys = await within(answer, AGENT_MILLISECONDS) ?? new Error("it does not answer");
    if (!(keys instanceof Error)) return keys;
    this.#notes.push(`the agent at ${socket} cannot be used: ${keys.message}`);
    return [];
  }

  async #addAgent(keys: readonly ParsedKey[]): Promise<void> {
    const socket = this.#options.agent;
    if (socket === undefined || keys.length === 0) return;
    const agent = this.#options.keysOnly ? await agentWith(socket, keys) : socket;
    const names = keys.map((key) => key.comment || key.type).join(", ");
    this.#identities.push({
      label: `the agent's ${keys.length === 1 ? "key" : `${keys.length} keys`} (${names})`,
      method: (username) => ({ type: "agent", username, agent }),
    });
  }

  async #unlock(): Promise<number> {
    const before = this.#identities.length;
    const ask = this.#options.passphrase;
    if (ask === undefined) return 0;
    for (const locked of this.#locked.splice(0)) {
      const passphrase = await ask(locked.label);
      if (passphrase === undefined) {
        this.#locked.push(locked);
        continue;
      }
      try {
        this.#offer(locked.label, await parsePrivateKey(locked.text, passphrase));
      } catch {
        this.#notes.push(`${locked.label} does not open with the passphrase that was given`);
      }
    }
    return this.#identities.length - before;
  }
}

interface LockedKey {
  readonly label: string;
  readonly text: string;
}

interface KeySource extends LockedKey {
  readonly agentKeys: readonly ParsedKey[];
  readonly path?: string;
}

const DEFAULT_FILES = ["id_ed25519", "id_ecdsa", "id_rsa"];
const AGENT_MILLISECONDS = 2000;

async function readText(path: string): Promise<string | Error> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function readPublicKey(path: string): Promise<Uint8Array | undefined> {
  const text = await readText(path);
  return typeof text === "string" ? publicKeyIn(text) : undefined;
}

/** The agent, as if it had these keys alone. */
async function agentWith(socket: string, keys: readonly ParsedKey[]): Promise<BaseAgent> {
  const { createAgent } = await loadSsh2();
  const agent = createAgent(socket);
  agent.getIdentities = (answer) => answer(null, [...keys]);
  return agent;
}

function isIn(publicKeys: readonly Uint8Array[], key: ParsedKey): boolean {
  const wanted = key.getPublicSSH();
  return publicKeys.some((known) =>
    known.length === wanted.length && known.every((byte, index) => byte === wanted[index])
  );
}

function isParsedKey(key: unknown): key is ParsedKey {
  return typeof key === "object" && key !== null && "getPublicSSH" in key;
}
