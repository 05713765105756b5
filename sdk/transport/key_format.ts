import { Buffer } from "node:buffer";
import { createPrivateKey, sign } from "node:crypto";
// @ts-types="@types/ssh2"
import type { ParsedKey } from "ssh2";
import { repairPem } from "./pem.ts";
import { loadSsh2 } from "./ssh2_module.ts";

/** What a private key's file says without its passphrase. */
export interface KeyOutline {
  /** A passphrase is needed to use it. */
  readonly isEncrypted: boolean;
  /** The public key as SSH writes it, where the format tells. */
  readonly publicKey: Uint8Array | undefined;
}

/** Reads what needs no passphrase. */
export function outlineKey(text: string): KeyOutline {
  const openssh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text);
  if (openssh === null) {
    const isEncrypted = /^Proc-Type: 4,ENCRYPTED/m.test(text) ||
      text.includes("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    return { isEncrypted, publicKey: undefined };
  }
  // "openssh-key-v1\0", then: cipher, key derivation, its options, the number of keys, the public key.
  const bytes = Buffer.from(openssh[1]!, "base64");
  const cipher = field(bytes, 15);
  const options = field(bytes, field(bytes, cipher.end).end);
  return {
    isEncrypted: cipher.value.toString() !== "none",
    publicKey: field(bytes, options.end + 4).value,
  };
}

/** Reads the key of a `.pub` file, as SSH writes it; `undefined` if the text is none. */
export function publicKeyIn(text: string): Uint8Array | undefined {
  const [, base64 = ""] = /^[a-z][\w@.-]+ +([\w+/]+=*)/.exec(text) ?? [];
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return bytes.length === 0 ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/**
 * Reads a private key in any of the usual formats.
 *
 * @throws {Error} If the text is no such key, or the passphrase is wrong.
 */
export async function parsePrivateKey(text: string, passphrase?: string): Promise<ParsedKey> {
  const key = await readKey(text, passphrase);
  const kind = KINDS[key.type];
  if (kind === undefined) return key;
  const repaired = createPrivateKey(repairPem(key.getPrivatePEM(), kind.scalarBytes));
  key.sign = (data, hash) => sign(hash ?? kind.hash, Buffer.from(data), repaired);
  return key;
}

/** Keys that ssh2 writes in a form which OpenSSL takes and the stricter readers of Deno refuse. */
const KINDS: Readonly<Record<string, { hash: string; scalarBytes: number }>> = {
  "ecdsa-sha2-nistp256": { hash: "sha256", scalarBytes: 32 },
  "ecdsa-sha2-nistp384": { hash: "sha384", scalarBytes: 48 },
  "ecdsa-sha2-nistp521": { hash: "sha512", scalarBytes: 66 },
  "ssh-rsa": { hash: "sha1", scalarBytes: 0 },
};

async function readKey(text: string, passphrase: string | undefined): Promise<ParsedKey> {
  const { utils } = await loadSsh2();
  const parsed = utils.parseKey(text, passphrase);
  if (!(parsed instanceof Error)) return first(parsed);
  const converted = utils.parseKey(convertPkcs8(text, passphrase, parsed));
  if (converted instanceof Error) throw converted;
  return first(converted);
}

/** ssh2 does not read PKCS8; the runtime does. */
function convertPkcs8(text: string, passphrase: string | undefined, cause: Error): string {
  if (!/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) throw cause;
  const key = createPrivateKey({
    key: text,
    format: "pem",
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : "sec1";
  return key.export({ type, format: "pem" }).toString();
}

function first(parsed: ParsedKey | ParsedKey[]): ParsedKey {
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || !key.isPrivateKey()) throw new Error("there is no private key in it");
  return key;
}

/** One length-prefixed field of SSH's encoding. */
function field(bytes: Buffer, at: number): { value: Buffer; end: number } {
  const start = at + 4;
  const end = start + bytes.readUInt32BE(at);
  return { value: bytes.subarray(start, end), end };
}
