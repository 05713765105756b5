import { userInfo } from "node:os";
import { dirname } from "node:path";
import { fileText, matchingFiles, underHome } from "./ssh_config_files.ts";
import { hostPattern, type HostQuery, matchCriteria } from "./ssh_config_match.ts";

/** What OpenSSH's files say of a host, as far as it is gone by. */
export interface SshSettings {
  /** Address or name to connect to. */
  readonly hostName: string | undefined;
  /** Port of the SSH server. */
  readonly port: number | undefined;
  /** Login name. */
  readonly user: string | undefined;
  /** Private key files. */
  readonly identityFiles: readonly string[];
  /** Whether no other keys are offered. */
  readonly identitiesOnly: boolean;
  /** Jump hosts, as they are written. */
  readonly proxyJump: string | undefined;
  /** Command whose standard input and output are the connection. */
  readonly proxyCommand: string | undefined;
  /** Files of known hosts. */
  readonly knownHosts: readonly string[] | undefined;
  /** Whether a host whose key is not on file is refused. */
  readonly isStrict: boolean;
}

/** One line that says something, and when it counts. */
interface Entry {
  readonly key: string;
  readonly value: string;
  readonly conditions: readonly Condition[];
}

type Condition = (query: HostQuery) => boolean;

/** OpenSSH's files; read once, however many hosts there are. `Match exec` and its like never match. */
export class SshConfig {
  readonly #files: readonly string[];
  readonly #home: string;
  #entries: Promise<readonly Entry[]> | undefined;

  /** Names the files, of which the first that says something counts; nothing is read yet. */
  constructor(files: readonly string[], home: string) {
    this.#files = files;
    this.#home = home;
  }

  /** What the files say of a host, by the name that the user has for it. */
  async of(host: string, user: string | undefined): Promise<SshSettings> {
    const entries = await (this.#entries ??= this.#read());
    const found = new Map<string, string>();
    const identityFiles: string[] = [];
    for (const { key, value, conditions } of entries) {
      const query = { host, hostName: found.get("hostname") ?? host, user };
      if (!conditions.every((condition) => condition(query))) continue;
      // Of the two ways to a host, the first that is said counts.
      const other = { proxyjump: "proxycommand", proxycommand: "proxyjump" }[key];
      if (other !== undefined && found.has(other)) continue;
      if (key === "identityfile") identityFiles.push(value);
      else if (!found.has(key)) found.set(key, key === "hostname" ? nameIn(value, host) : value);
    }
    return this.#settings(found, identityFiles, host, user);
  }

  #settings(
    found: ReadonlyMap<string, string>,
    identityFiles: readonly string[],
    host: string,
    user: string | undefined,
  ): SshSettings {
    const hostName = found.get("hostname");
    const path = (text: string): string => this.#path(text, hostName ?? host, user);
    const port = Number(found.get("port"));
    const knownHosts = found.get("userknownhostsfile");
    const [jump] = wordsOf(found.get("proxyjump") ?? "");
    const command = found.get("proxycommand");
    return {
      hostName,
      port: port > 0 ? port : undefined,
      user: wordsOf(found.get("user") ?? "")[0],
      identityFiles: identityFiles.flatMap(wordsOf).filter((file) => file !== "none").map(path),
      identitiesOnly: wordsOf(found.get("identitiesonly") ?? "")[0]?.toLowerCase() === "yes",
      proxyJump: jump?.toLowerCase() === "none" ? undefined : jump,
      proxyCommand: command?.toLowerCase() === "none" ? undefined : command,
      knownHosts: knownHosts === undefined ? undefined : wordsOf(knownHosts).map(path),
      isStrict: wordsOf(found.get("stricthostkeychecking") ?? "")[0]?.toLowerCase() === "yes",
    };
  }

  #path(text: string, host: string, user = ""): string {
    const values: Readonly<Record<string, string>> = {
      "%d": this.#home,
      "%h": host,
      "%r": user,
      "%u": userInfo().username,
      "%%": "%",
    };
    return underHome(text.replaceAll(/%[dhru%]/g, (sign) => values[sign] ?? sign), this.#home);
  }

  async #read(): Promise<readonly Entry[]> {
    const read = this.#files.map((file) => this.#readFile(underHome(file, this.#home), [], 0));
    return (await Promise.all(read)).flat();
  }

  async #readFile(
    file: string,
    outer: readonly Condition[],
    depth: number,
  ): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    let conditions = outer;
    for (const line of (await fileText(file)).split("\n")) {
      const [, key, value] = LINE_REGEXP.exec(line) ?? [];
      if (key === undefined || value === undefined) continue;
      const name = key.toLowerCase();
      if (name === "host") conditions = [...outer, hostPattern(wordsOf(value))];
      else if (name === "match") conditions = [...outer, matchCriteria(wordsOf(value))];
      else if (name === "include") {
        entries.push(...await this.#include(wordsOf(value), file, conditions, depth));
      } else entries.push({ key: name, value, conditions });
    }
    return entries;
  }

  async #include(
    patterns: readonly string[],
    from: string,
    conditions: readonly Condition[],
    depth: number,
  ): Promise<readonly Entry[]> {
    if (depth === MOST_INCLUDES) return [];
    const folder = from.startsWith("/etc/") ? dirname(from) : underHome("~/.ssh", this.#home);
    const paths = patterns.map((pattern) => underHome(pattern, this.#home));
    const files = await Promise.all(paths.map((path) => matchingFiles(path, folder)));
    const read = files.flat().map((file) => this.#readFile(file, conditions, depth + 1));
    return (await Promise.all(read)).flat();
  }
}

// As OpenSSH has it, so that files which include each other come to an end.
const MOST_INCLUDES = 16;
const LINE_REGEXP = /^\s*(\w+)(?:\s*=\s*|\s+)(.*?)\s*$/;

/** The words of a line; what stands in quotes is one, and a comment is none. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith("#")) break;
    words.push(quoted ?? plain ?? "");
  }
  return words;
}

function nameIn(value: string, host: string): string {
  return (wordsOf(value)[0] ?? host).replaceAll(/%[h%]/g, (sign) => sign === "%h" ? host : "%");
}
