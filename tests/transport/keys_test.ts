import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { verify } from "node:crypto";
import { join } from "node:path";
import { outlineKey, parsePrivateKey } from "../../sdk/transport/key_format.ts";
import { type Identity, type KeyOptions, KeyRing } from "../../sdk/transport/keys.ts";
import { generateKey, output } from "./ssh_server.ts";

const BYTES = Buffer.from("some text");
const ignore = !await hasKeygen();

/** Gives a test a home directory with an empty `.ssh`. */
async function withHome(test: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  await Deno.mkdir(join(home, ".ssh"));
  try {
    await test(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function labels(identities: readonly Identity[]): readonly string[] {
  return identities.map(({ label }) => label);
}

async function offered(options: KeyOptions): Promise<readonly string[]> {
  return labels(await new KeyRing(options).identities());
}

/** Formats and types that ssh-keygen writes; ssh2 alone stumbles over half of them under Deno. */
const KINDS: readonly (readonly string[])[] = [
  ["-t", "ed25519"],
  ["-t", "rsa", "-b", "2048"],
  ["-t", "rsa", "-b", "2048", "-m", "PEM"],
  ["-t", "rsa", "-b", "2048", "-m", "PKCS8"],
  ["-t", "ecdsa", "-b", "256"],
  ["-t", "ecdsa", "-b", "256", "-m", "PEM"],
  ["-t", "ecdsa", "-b", "256", "-m", "PKCS8"],
  ["-t", "ecdsa", "-b", "384"],
];

/** Deno 2.4 exports such a key in a form that ssh2 does not read. */
const UNREADABLE = Deno.version.deno.startsWith("2.4.") ? "-t ecdsa -b 256 -m PKCS8" : "";

for (const kind of KINDS) {
  Deno.test({
    name: `parsePrivateKey() reads and signs with ssh-keygen ${kind.join(" ")}`,
    ignore: ignore || kind.join(" ") === UNREADABLE,
    async fn() {
      await withHome(async (home) => {
        for (const passphrase of ["", "it's a secret"]) {
          const file = join(home, `key${passphrase.length}`);
          await generateKey(file, ...kind, "-N", passphrase);
          const text = await Deno.readTextFile(file);
          assertEquals(outlineKey(text).isEncrypted, passphrase !== "");
          const key = await parsePrivateKey(text, passphrase || undefined);
          const isEdwards = key.type === "ssh-ed25519";
          const signature = isEdwards ? key.sign(BYTES) : key.sign(BYTES, "sha256");
          const isValid = isEdwards
            ? key.verify(BYTES, signature)
            : verify("sha256", BYTES, key.getPublicPEM(), signature);
          assert(isValid);
          if (passphrase !== "") await assertRejects(() => parsePrivateKey(text, "wrong"));
        }
      });
    },
  });
}

Deno.test({
  name: "parsePrivateKey() signs right with each of many elliptic keys, whatever their first byte",
  ignore,
  async fn() {
    await withHome(async (home) => {
      for (let index = 0; index < 12; index++) {
        await generateKey(join(home, `k${index}`), "-t", "ecdsa", "-b", "256");
        const key = await parsePrivateKey(await Deno.readTextFile(join(home, `k${index}`)));
        assert(verify("sha256", BYTES, key.getPublicPEM(), key.sign(BYTES, "sha256")));
      }
    });
  },
});

Deno.test({
  name: "KeyRing offers the default files that are there, and no others when files are named",
  ignore,
  async fn() {
    await withHome(async (home) => {
      await generateKey(join(home, ".ssh", "id_rsa"), "-t", "rsa", "-b", "2048");
      await generateKey(join(home, ".ssh", "id_ed25519"));
      await generateKey(join(home, "deploy"));
      const keyData = [{
        label: "secret KEY",
        text: await Deno.readTextFile(join(home, "deploy")),
      }];
      const defaults = ["~/.ssh/id_ed25519", "~/.ssh/id_rsa"];
      assertEquals(await offered({ home }), defaults);
      assertEquals(await offered({ home, keys: ["~/deploy"] }), ["~/deploy"]);
      assertEquals(await offered({ home, keys: [join(home, "deploy")] }), [join(home, "deploy")]);
      assertEquals(await offered({ home, keyData }), ["secret KEY", ...defaults]);
      assertEquals(await offered({ home, keyData, keysOnly: true }), ["secret KEY"]);
      assertEquals(await offered({ home, keysOnly: true }), defaults);
    });
  },
});

Deno.test({
  name: "KeyRing says why a key is not offered",
  ignore,
  async fn() {
    await withHome(async (home) => {
      await Deno.writeTextFile(join(home, "nonsense"), "no key");
      await generateKey(join(home, "locked"), "-N", "it's a secret");
      const ring = new KeyRing({
        home,
        keys: ["~/missing", "~/nonsense", "~/locked"],
        keyData: [{ label: "secret JUNK", text: "junk" }],
        agent: join(home, "no-agent"),
      });
      assertEquals(await ring.identities(), []);
      assertEquals(await ring.unlock(), 0);
      const notes = ring.notes.map((note) => note.replace(home, "HOME"));
      assertEquals(notes.map((note) => note.split(": ")[0]), [
        "the agent at HOME/no-agent cannot be used",
        "secret JUNK cannot be used",
        "~/missing is not there",
        "~/nonsense cannot be used",
        "~/locked has a passphrase, and none was given",
      ]);
    });
  },
});

Deno.test({
  name: "KeyRing asks for a passphrase once, and only when it is told to unlock",
  ignore,
  async fn() {
    await withHome(async (home) => {
      await generateKey(join(home, "locked"), "-N", "it's a secret");
      await generateKey(join(home, "other"), "-N", "another");
      const asked: string[] = [];
      const ring = new KeyRing({
        home,
        keys: ["~/locked", "~/other"],
        passphrase: (file) => {
          asked.push(file);
          return Promise.resolve("it's a secret");
        },
      });
      assertEquals(await ring.identities(), []);
      assertEquals(asked, []);
      assertEquals(await Promise.all([ring.unlock(), ring.unlock()]), [1, 1]);
      assertEquals(labels(await ring.identities()), ["~/locked"]);
      assertEquals(asked, ["~/locked", "~/other"]);
      assertEquals(ring.notes, ["~/other does not open with the passphrase that was given"]);
    });
  },
});

Deno.test({
  name: "KeyRing offers the agent's keys, and does not ask for a file that the agent has opened",
  ignore: ignore || !await hasAgent(),
  async fn() {
    await withHome(async (home) => {
      await generateKey(join(home, ".ssh", "id_ed25519"), "-C", "deployer");
      const agent = join(home, "agent");
      const process = new Deno.Command("ssh-agent", { args: ["-D", "-a", agent], stdout: "null" })
        .spawn();
      try {
        await waitForFile(agent);
        const file = join(home, ".ssh", "id_ed25519");
        await output("env", [`SSH_AUTH_SOCK=${agent}`, "ssh-add", "-q", file]);
        await output("ssh-keygen", ["-q", "-p", "-N", "it's a secret", "-f", file]);
        const ring = new KeyRing({ home, agent });
        assertEquals(labels(await ring.identities()), ["the agent's key (deployer)"]);
        assertEquals(ring.notes, []);
        assertEquals(labels(await new KeyRing({ home, agent, keysOnly: true }).identities()), []);
      } finally {
        process.kill();
        await process.status;
      }
    });
  },
});

async function waitForFile(path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await Deno.stat(path).then(() => true, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${path} does not come to be`);
}

function hasKeygen(): Promise<boolean> {
  return output("sh", ["-c", "command -v ssh-keygen"]).then(() => true, () => false);
}

function hasAgent(): Promise<boolean> {
  return output("sh", ["-c", "command -v ssh-agent && command -v ssh-add"]).then(
    () => true,
    () => false,
  );
}
