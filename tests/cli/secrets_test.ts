import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../sdk/cli/main.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { deploy } from "../../sdk/deploy.ts";
import { writeProject } from "../fixtures/project_folder.ts";
import { type StandIns, withStandIns } from "../secrets/adapters/stand_in.ts";
import { FakeCommander } from "./fake_commander.ts";
import { FakeIo } from "./fake_io.ts";

const SOPS = `printf '%s' '{"KEY":"sword fish","db":{"password":"a\\nb"}}'`;
const FETCHED = '{"db/password":"a\\nb","KEY":"sword fish"}';

interface Ran {
  readonly code: number;
  readonly written: string;
  readonly told: string;
  readonly commander: FakeCommander;
}

async function run(
  { root, env }: Pick<StandIns, "root" | "env">,
  args: readonly string[],
  input?: string,
): Promise<Ran> {
  const io = Object.assign(new FakeIo(), {
    root,
    environment: () => env,
    readLine: () => Promise.resolve(input),
  });
  const config = resolveConfig({
    service: "shop",
    image: "acme/shop",
    servers: { web: ["10.0.0.1"] },
  }, {
    destination: undefined,
    digests: {},
  });
  const commander = Object.assign(new FakeCommander(), { resolvedConfig: () => config });
  const code = await main(args, io, commander);
  return { code, written: io.written, told: io.told, commander };
}

Deno.test("secrets fetch prints a line of JSON, and reads no deployment", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    const words = ["secrets", "fetch", "-a", "sops", "--from", "s.yaml", "db/password", "KEY"];
    const { code, written, told, commander } = await run(sops, words);
    assertEquals([code, written, told], [0, `${FETCHED}\n`, ""]);
    assertEquals(commander.loaded, []);
  });
});

Deno.test("secrets fetch exits with 2 where an account, an adapter or a secret is missing", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    const lines: Readonly<Record<string, string>> = {
      "fetch KEY": "✖ secrets fetch needs --adapter NAME · USAGE",
      "fetch -a bitwarden KEY": "✖ the secrets adapter bitwarden needs an account · USAGE",
      "fetch -a keepass KEY": '✖ there is no secrets adapter "keepass" · USAGE',
      "fetch -a sops --from s.yaml A KEY B": "✖ could not find A, B in sops · SECRET_MISSING",
      "fetch -a pass KEY": "✖ pass CLI is not installed · SECRET_MISSING",
    };
    for (const [line, message] of Object.entries(lines)) {
      const { code, written, told } = await run(sops, ["secrets", ...line.split(" ")]);
      assertEquals([code, written, told.split("\n")[0]], [2, "", message]);
    }
  });
});

Deno.test("secrets fetch tells programs of a failure by a line of JSON", async () => {
  await withStandIns({}, async (none) => {
    const { code, written } = await run(none, ["secrets", "fetch", "--json", "-a", "pass", "KEY"]);
    assertEquals(code, 2);
    assertEquals(JSON.parse(written).code, "SECRET_MISSING");
  });
});

Deno.test("secrets extract prints a value out of an operand or of standard input", async () => {
  await withStandIns({}, async (none) => {
    const ofOperand = await run(none, ["secrets", "extract", "password", FETCHED]);
    assertEquals([ofOperand.code, ofOperand.written, ofOperand.told], [0, "a\nb\n", ""]);
    const ofInput = await run(none, ["secrets", "extract", "KEY"], FETCHED);
    assertEquals([ofInput.code, ofInput.written], [0, "sword fish\n"]);
    const asJson = await run(none, ["secrets", "extract", "--json", "password", FETCHED]);
    assertEquals(asJson.written, '"a\\nb"\n');
  });
});

Deno.test("secrets extract exits with 2 where there is nothing of that name, or no input", async () => {
  await withStandIns({}, async (none) => {
    const missing = await run(none, ["secrets", "extract", "HOST", FETCHED]);
    assertEquals([missing.code, missing.written], [2, ""]);
    assertStringIncludes(missing.told, "✖ could not find secret HOST · SECRET_MISSING");
    const silent = await run(none, ["secrets", "extract", "KEY"]);
    assertEquals(silent.code, 2);
    assertStringIncludes(silent.told, "secrets extract needs what secrets fetch printed · USAGE");
  });
});

Deno.test("secrets print prints the secrets of the project's files", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    await writeProject(sops.root, {
      ".kamal/secrets":
        "ALL=$(kamal secrets fetch -a sops --from s.yaml KEY)\nKEY=$(kamal secrets extract KEY $ALL)",
    });
    const { code, written, told } = await run(sops, ["secrets", "print"]);
    assertEquals([code, told], [0, ""]);
    assertEquals(written, 'ALL={"KEY":"sword fish"}\nKEY=sword fish\n');
    const { written: json } = await run(sops, ["secrets", "print", "--json"]);
    assertEquals(JSON.parse(json), { ALL: '{"KEY":"sword fish"}', KEY: "sword fish" });
  });
});

Deno.test("secrets print warns of an env file that other programs read", async () => {
  await withStandIns({}, async (none) => {
    await writeProject(none.root, { ".env": "KEY=1" });
    const { code, written, told } = await run(none, ["secrets", "print"]);
    assertEquals([code, written], [0, "KEY=1\n"]);
    assertStringIncludes(told, "mv .env .kamal/");
  });
});

Deno.test("secrets print prints what the deployment's own function gives", async () => {
  await withStandIns({}, async (none) => {
    const fetch = (names: readonly string[]): Promise<Record<string, string>> =>
      Promise.resolve(
        Object.fromEntries(names.map((name) => [name, `${name} of ${names.length}`])),
      );
    const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] })
      .env({ secret: ["A", "B", "C"] }).secrets({ fetch });
    const config = resolveConfig(app.toSpec());
    const deployment = { spec: app.toSpec(), effects: app.toEffects(), file: "deploy.ts" };
    const commander = Object.assign(new FakeCommander(), {
      loadDeployment: () => Promise.resolve(deployment),
      resolvedConfig: () => config,
    });
    await writeProject(none.root, { ".kamal/secrets": "B=file\nOTHER=file" });
    const io = Object.assign(new FakeIo(), { root: none.root, environment: () => none.env });
    assertEquals(await main(["secrets", "print"], io, commander), 0);
    assertEquals(io.written, "A=A of 2\nB=file\nC=C of 2\nOTHER=file\n");
  });
});

Deno.test("secrets print exits with 2 and prints nothing where any secret is missing", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    await writeProject(sops.root, {
      ".kamal/secrets": "A=1\nB=$(kamal secrets fetch -a pass X)\nC=$(exit 3)",
    });
    const { code, written, told } = await run(sops, ["secrets", "print"]);
    assertEquals([code, written], [2, ""]);
    assertStringIncludes(told, "✖ 2 secrets are missing: B, C · SECRET_MISSING");
  });
});
