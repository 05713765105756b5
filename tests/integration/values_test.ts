import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { quote } from "../../sdk/command.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Random } from "../random.ts";
import { Scene } from "./scene.ts";

const SEED = Number(Deno.env.get("SEED") ?? Date.now() % 1_000_000);

/** Texts that something on the way to a container could take for more than a text. */
const HOSTILE: readonly string[] = [
  ...["", " ", "  both ends  ", "'", '"', `it's "quoted"`, "\\", "a\\nb", "\\\\", "\\'"],
  ...[
    "$HOME",
    "$(id)",
    "`id`",
    "$$",
    "$",
    "!!",
    "~",
    "*",
    "a;b",
    "a&b",
    "a|b",
    "a>b",
    "(a)",
    "{a,b}",
  ],
  ...["-", "--", "-rm", "--env X=y", "#", "# a", "a # b", "=", "a=b", "%s%n", "\t", "\ta\t"],
  ...[
    "a\nb",
    "\n",
    "a\n",
    "\na",
    "a\r\nb\r\n",
    "\r",
    "a\r",
    "\x1b[31m",
    "\x07",
    "\u0085",
    "\u2028",
  ],
  ...["é ü ß", "日本語", "🚢🇩🇪👩‍👩‍👧", "\u202eabc", "e\u0301", "[SECRET]", "null", "EOF", "\n.\n"],
  "-----BEGIN KEY-----\nabc'd\n-----END KEY-----\n",
];

const ALPHABET = [
  "'",
  '"',
  "\\",
  "$",
  "`",
  "\n",
  "\r",
  "\t",
  " ",
  "-",
  "#",
  "=",
  "(",
  "é",
  "🚢",
  "a",
];

labTest("every text arrives in containers as it is", async (t) => {
  const random = new Random(SEED);
  const texts = [...HOSTILE, ...Array.from({ length: 12 }, () => randomText(random))];
  const clear = named("CLEAR", [...texts, "x".repeat(100_000)]);
  const secrets = named("SECRET", [...texts, "x".repeat(100_000), "é".repeat(50_000)]);
  const labels = named("label", texts);
  const env = { clear, secret: Object.keys(secrets) };
  const wanted = { ...clear, ...secrets };

  await using lab = await up({ hosts: 1 });
  const [host] = lab.hosts as [LabHost];
  const scene = await Scene.begin(lab);
  await lab.buildImage("healthy", "acme/cache:1");
  const options = { label: texts.map((text, index) => `option${index}=${text}`) };
  const cmd = ["app", ...texts.slice(0, -1)];
  const image = `${lab.registry.address}/acme/cache:1`;
  const app = scene.app().env(env).labels(labels).secrets({ fetch: () => Promise.resolve(secrets) })
    .accessory("cache", {
      image,
      role: "web",
      env,
      labels,
      options,
      cmd: cmd.map(quote).join(" "),
    });
  const version = await scene.release();
  const { report } = await scene.run(app, { name: "setup" });
  assertEquals(report?.failures, [], `SEED=${SEED}`);

  for (const container of [`shop-web-${version}`, "shop-cache"]) {
    await t.step(`docker inspect and /proc/1/environ of ${container}, SEED=${SEED}`, async () => {
      assertHolds(await inspected(host, container, ".Config.Env"), wanted);
      const environ = await host.must(`docker exec ${container} ${showEnviron("1")}`);
      assertHolds(variablesIn(environ), wanted);
    });
  }

  await t.step("labels, options and the words of a command", async () => {
    const seen = await inspected(host, "shop-cache", ".Config.Labels");
    for (const [name, text] of Object.entries(labels)) assertEquals(seen[name], text);
    for (const [index, text] of texts.entries()) assertEquals(seen[`option${index}`], text);
    assertEquals(await inspected(host, "shop-cache", ".Config.Cmd"), cmd);
  });

  await t.step("app exec and accessory exec", async () => {
    const shown = { cmd: showEnviron("self") };
    for (
      const verb of [{ name: "app exec", ...shown }, {
        name: "accessory exec",
        accessory: "cache",
        ...shown,
      }] as const
    ) {
      const { report } = await scene.run(app, verb);
      assertEquals(report?.outcome, "done");
      assertHolds(variablesIn(report!.steps[0]!.stdout), wanted);
    }
  });

  await t.step("and the host's processes and files keep the secrets to themselves", async () => {
    const modes = await host.must("find .kamal -path '*/env/*' -type f -exec stat -c %a {} +");
    assertEquals([...new Set(modes.trim().split("\n"))], ["600"]);
  });
});

/** What shows a process's environment in hexadecimal, as which no secret is looked for. */
function showEnviron(process: string): string {
  return `sh -c 'cat /proc/${process}/environ | busybox od -An -v -tx1'`;
}

function variablesIn(shown: string): readonly string[] {
  const bytes = Uint8Array.from(shown.trim().split(/\s+/), (byte) => parseInt(byte, 16));
  return new TextDecoder().decode(bytes).split("\0");
}

function named(prefix: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text, index) => [`${prefix}_${index}`, text]));
}

function randomText(random: Random): string {
  return Array.from({ length: random.integer(1, 30) }, () => random.pick(ALPHABET)).join("");
}

async function inspected(
  host: LabHost,
  container: string,
  what: ".Config.Labels",
): Promise<Record<string, string>>;
async function inspected(
  host: LabHost,
  container: string,
  what: string,
): Promise<readonly string[]>;
async function inspected(host: LabHost, container: string, what: string): Promise<unknown> {
  return JSON.parse(await host.must(`docker inspect -f '{{json ${what}}}' ${container}`));
}

function assertHolds(lines: readonly string[], wanted: Readonly<Record<string, string>>): void {
  const there = new Set(lines);
  const missing = Object.entries(wanted).filter(([name, text]) => !there.has(`${name}=${text}`));
  assert(
    missing.length === 0,
    missing.map(([name, text]) => {
      const found = lines.find((line) => line.startsWith(`${name}=`));
      return `${name}: ${JSON.stringify(text.slice(0, 80))} arrived as ${
        JSON.stringify(found?.slice(0, 90))
      }`;
    }).join("\n"),
  );
}
