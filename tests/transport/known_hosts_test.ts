import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import {
  fingerprint,
  hostKeyAlgorithms,
  type HostKeyVerdict,
  judgeHostKey,
  parseKnownHosts,
} from "../../sdk/transport/known_hosts.ts";

/** A public key blob of a type; only its type and that it differs matter here. */
function key(type: string, content: string): Uint8Array {
  const bytes = new TextEncoder().encode(type + content);
  return new Uint8Array([0, 0, 0, type.length, ...bytes]);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

const ED25519 = key("ssh-ed25519", "one");
const OTHER = key("ssh-ed25519", "two");
const RSA = key("ssh-rsa", "three");

function judge(line: string, address: string, port = 22, shown = ED25519): HostKeyVerdict["kind"] {
  return judgeHostKey(parseKnownHosts(line, "known_hosts"), address, port, shown).kind;
}

const MINE = `ssh-ed25519 ${base64(ED25519)}`;

Deno.test("judgeHostKey() finds a host by each of its names, whatever their case", () => {
  assertEquals(judge(`web.example,10.0.0.1 ${MINE}`, "10.0.0.1"), "known");
  assertEquals(judge(`Web.Example ${MINE} a comment`, "wEB.example"), "known");
  assertEquals(judge(`web.example ${MINE}`, "web.example.org"), "unknown");
  assertEquals(judge(`webxexample ${MINE}`, "web.example"), "unknown");
  assertEquals(judge(`::1 ${MINE}`, "::1"), "known");
});

Deno.test("judgeHostKey() tells ports apart, and lets a key without port vouch for all", () => {
  assertEquals(judge(`[web]:2222 ${MINE}`, "web", 2222), "known");
  assertEquals(judge(`[web]:2222 ${MINE}`, "web", 2223), "unknown");
  assertEquals(judge(`[web]:2222 ${MINE}`, "web", 22), "unknown");
  assertEquals(judge(`web ${MINE}`, "web", 2222), "known");
  assertEquals(judge(`web ${MINE}`, "web", 2222, OTHER), "unknown");
});

Deno.test("judgeHostKey() understands wildcards and exceptions to them", () => {
  assertEquals(judge(`*.example,!db.example ${MINE}`, "web.example"), "known");
  assertEquals(judge(`*.example,!db.example ${MINE}`, "db.example"), "unknown");
  assertEquals(judge(`10.0.0.? ${MINE}`, "10.0.0.7"), "known");
  assertEquals(judge(`10.0.0.? ${MINE}`, "10.0.0.17"), "unknown");
  assertEquals(judge(`[*]:2222 ${MINE}`, "web", 2222), "known");
});

Deno.test("judgeHostKey() finds hashed names", () => {
  // HMAC-SHA1 of "web.example" with the salt "sextant-test-salt-20".
  const salt = btoa("sextant-test-salt-20");
  const line = `|1|${salt}|B6CqerlkMXYNNmxQnEd1Zm1hYH4= ${MINE}`;
  assertEquals(judge(line, "web.example"), "known");
  assertEquals(judge(line, "WEB.example"), "known");
  assertEquals(judge(line, "web.example.org"), "unknown");
  assertEquals(judge(line, "web.example", 22, OTHER), "changed");
});

Deno.test("judgeHostKey() names the line of a key that another has taken the place of", () => {
  const text = `# comment\n\nweb ssh-rsa ${base64(RSA)}\nweb ${MINE}\n`;
  const verdict = judgeHostKey(parseKnownHosts(text, "/h/known_hosts"), "web", 22, OTHER);
  assertEquals(verdict.kind, "changed");
  assertEquals(
    "entry" in verdict && `${verdict.entry.file}:${verdict.entry.line}`,
    "/h/known_hosts:4",
  );
});

Deno.test("judgeHostKey() takes a key of a type that is not on file for a changed one", () => {
  assertEquals(judge(`web ssh-rsa ${base64(RSA)}`, "web"), "changed");
});

Deno.test("judgeHostKey() refuses a revoked key, and trusts no authority", () => {
  assertEquals(judge(`web ${MINE}\n@revoked * ${MINE}`, "web"), "revoked");
  assertEquals(judge(`@revoked * ssh-ed25519 ${base64(OTHER)}`, "web"), "unknown");
  assertEquals(judge(`@cert-authority * ${MINE}`, "web"), "unknown");
});

Deno.test("parseKnownHosts() leaves out what makes no sense", () => {
  const entries = parseKnownHosts(
    `\n# web ${MINE}\nweb ssh-ed25519\n@revoked web\nweb ${MINE}\r\n`,
    "f",
  );
  assertEquals(entries.map(({ line }) => line), [5]);
});

Deno.test("hostKeyAlgorithms() asks first for the types that are on file", () => {
  const entries = parseKnownHosts(`web ssh-rsa ${base64(RSA)}\n`, "f");
  assertEquals(hostKeyAlgorithms(entries, "web", 22).slice(0, 3), [
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed25519",
  ]);
  assertEquals(hostKeyAlgorithms(entries, "db", 22)[0], "ssh-ed25519");
});

Deno.test("fingerprint() is OpenSSH's", () => {
  assertEquals(
    fingerprint(new TextEncoder().encode("")),
    "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
  );
});
