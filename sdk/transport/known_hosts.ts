import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { isListed, patternRegExp } from "./pattern.ts";

/** One line of a known_hosts file. */
export interface KnownHost {
  /** `@cert-authority` or `@revoked`, where the line begins with one. */
  readonly marker: string | undefined;
  /** Names, patterns or hashes that say which hosts it is about. */
  readonly patterns: readonly string[];
  /** Type of the key, such as `ssh-ed25519`. */
  readonly type: string;
  /** The key in base64. */
  readonly key: string;
  /** File that the line stands in. */
  readonly file: string;
  /** Number of the line, from 1. */
  readonly line: number;
}

/** What known_hosts says about a key that a host shows. */
export type HostKeyVerdict =
  | { readonly kind: "known" }
  | { readonly kind: "unknown" }
  | { readonly kind: "changed" | "revoked"; readonly entry: KnownHost };

/** Reads a known_hosts file; lines that make no sense are left out, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
    const [patterns, type, key] = words;
    if (!patterns || patterns.startsWith("#") || !type || !key) return [];
    return [{ marker, patterns: patterns.split(","), type, key, file, line: index + 1 }];
  });
}

/** The name under which known_hosts lists a host: with the port unless it is the usual one. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/**
 * Judges a key that a host shows. Any other key on file for the host makes it a changed one, whatever its type:
 * {@linkcode hostKeyAlgorithms} asks for the types on file first, so an honest host shows one of them.
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  address: string,
  port: number,
  key: Uint8Array,
): HostKeyVerdict {
  const shown = Buffer.from(key).toString("base64");
  const own = entriesOf(entries, knownHostName(address, port));
  const revoked = own.find((entry) => entry.marker === "@revoked" && entry.key === shown);
  if (revoked) return { kind: "revoked", entry: revoked };
  const keys = own.filter((entry) => entry.marker === undefined);
  if (keys.some((entry) => entry.key === shown)) return { kind: "known" };
  const changed = keys.find((entry) => entry.type === hostKeyType(key)) ?? keys[0];
  if (changed) return { kind: "changed", entry: changed };
  // A key on file without a port vouches for the host on every port.
  const anyPort = entriesOf(entries, knownHostName(address, 22));
  const isKnown = anyPort.some((entry) => entry.marker === undefined && entry.key === shown);
  return { kind: isKnown ? "known" : "unknown" };
}

/** Host key algorithms, those first whose keys are on file, so that the host shows a key that can be compared. */
export function hostKeyAlgorithms(
  entries: readonly KnownHost[],
  address: string,
  port: number,
): readonly string[] {
  const own = entriesOf(entries, knownHostName(address, port));
  const types = new Set(own.filter(({ marker }) => marker === undefined).map(({ type }) => type));
  const isOnFile = ({ type }: Algorithm): boolean => types.has(type);
  const sorted = [...ALGORITHMS.filter(isOnFile), ...ALGORITHMS.filter((one) => !isOnFile(one))];
  return sorted.map(({ name }) => name);
}

/** The type of a public key, which the key itself begins with. */
export function hostKeyType(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString();
}

/** A public key's fingerprint as OpenSSH shows it: `SHA256:…`. */
export function fingerprint(key: Uint8Array): string {
  const digest = createHash("sha256").update(key).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

interface Algorithm {
  readonly name: string;
  readonly type: string;
}

const ALGORITHMS: readonly Algorithm[] = [
  { name: "ssh-ed25519", type: "ssh-ed25519" },
  { name: "ecdsa-sha2-nistp256", type: "ecdsa-sha2-nistp256" },
  { name: "ecdsa-sha2-nistp384", type: "ecdsa-sha2-nistp384" },
  { name: "ecdsa-sha2-nistp521", type: "ecdsa-sha2-nistp521" },
  { name: "rsa-sha2-512", type: "ssh-rsa" },
  { name: "rsa-sha2-256", type: "ssh-rsa" },
];

function entriesOf(entries: readonly KnownHost[], name: string): readonly KnownHost[] {
  return entries.filter(({ patterns }) => isListed(patterns, name, isMatch));
}

function isMatch(pattern: string, name: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|(.+)$/.exec(pattern) ?? [];
  if (salt !== undefined) return hmacSha1(Buffer.from(salt, "base64"), name) === hash;
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === name;
  return patternRegExp(pattern, "i").test(name);
}

/** Written out, because `createHmac` makes a bundled program print a warning of Node's. */
function hmacSha1(key: Buffer, text: string): string {
  const block = Buffer.alloc(64);
  key.copy(block);
  const inner = createHash("sha1").update(block.map((byte) => byte ^ 0x36)).update(text).digest();
  return createHash("sha1").update(block.map((byte) => byte ^ 0x5c)).update(inner).digest("base64");
}
