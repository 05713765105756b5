import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compileSextant } from "../../.ci/compile.ts";
import { quote } from "../../sdk/command.ts";
import { type Lab, labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
/** Looks otherwise in each way in which a text can be written. */
const SENTINEL = "sentinel-value/of no+one & nobody";

labTest("the command line deploys a deploy.ts, from a checkout and as one binary", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const addresses = lab.hosts.map((host) => host.address);
  await scene.write("deploy.ts", deploymentText(lab, addresses));
  await scene.write("hosts.json", JSON.stringify(addresses));
  await scene.write(".kamal/secrets", `TOKEN="${SENTINEL}"\n`, 0o600);
  await scene.write(".gitignore", ".kamal\n");
  await scene.write("Dockerfile.secret", DOCKERFILE);
  const fromCheckout: Program = { command: Deno.execPath(), args: ["run", "--quiet", "-A", CLI] };
  const sextant = (...args: readonly string[]): Promise<Output> =>
    run(lab, scene, fromCheckout, args);
  await scene.release();

  await t.step(
    "plan shows what would change, touches nothing, and exits 10 when asked",
    async () => {
      const plan = await sextant("plan", "--exit-code");
      assertEquals(plan.code, 10, plan.stderr);
      assertStringIncludes(plan.stdout, "+ web");
      assertEquals(await running(lab.hosts[0]!), []);
    },
  );

  await t.step("a changing command without a terminal and without -y is refused", async () => {
    const refused = await sextant("setup");
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "--yes");
    assertEquals(await running(lab.hosts[0]!), []);
  });

  await t.step(
    "setup deploys, and no secret is seen in its output or among the processes",
    async () => {
      const watch = watchProcesses(lab);
      const setup = await sextant("setup", "-y", "-v");
      const seen = await watch();
      assertEquals(setup.code, 0, setup.stderr);
      assertMatch(setup.stdout + setup.stderr, /serves on 2 hosts/);
      assertTellsNoSecret(setup);
      assert(seen.count > 0, "no process was looked at");
      assertEquals(seen.lines.filter((line) => FORMS.some((form) => line.includes(form))), []);
      const [web] = (await running(lab.hosts[0]!)).filter((name) => name.startsWith("shop-web-"));
      const inside = (cmd: string): Promise<string> =>
        lab.hosts[0]!.must(`docker exec ${web} ${cmd}`);
      assertStringIncludes(await inside("env"), `TOKEN=${SENTINEL}`);
      // The build has read it, and the image has it nowhere.
      assertEquals(await inside("cat /length-of-token"), `${SENTINEL.length}\n`);
      assertEquals(await inside("find /run/secrets -type f"), "");
    },
  );

  await t.step("--json gives one event a line", async () => {
    await scene.release();
    const deploy = await sextant("deploy", "-y", "--json");
    assertEquals(deploy.code, 0, deploy.stderr);
    const events = deploy.stdout.trim().split("\n").map((line) =>
      JSON.parse(line) as { type: string }
    );
    assertEquals(events.filter(({ type }) => type === "connected").length, 2);
    assert(events.some(({ type }) => type === "step-end"));
    assertTellsNoSecret(deploy);
  });

  await t.step("no plan, configuration or audit line tells a secret", async () => {
    for (
      const args of [
        ["plan", "-v"],
        ["plan", "--json"],
        ["config"],
        ["config", "--json"],
        ["audit"],
        ["app", "logs"],
      ]
    ) {
      const told = await sextant(...args);
      assertEquals(told.code, 0, `${args.join(" ")}: ${told.stderr}`);
      assert(told.stdout !== "", `${args.join(" ")} says nothing`);
      assertTellsNoSecret(told);
    }
    const files = await lab.hosts[0]!.must(
      "find .kamal -type f ! -path '*/env/*' -exec cat {} + ; cat .kamal/shop-audit.log",
    );
    assertTellsNoSecret({ code: 0, stdout: files, stderr: "" });
  });

  await t.step("what a container that failed has logged is told without its secrets", async () => {
    await scene.release();
    const logged = "echo token $TOKEN; printenv TOKEN | busybox base64; exit 3";
    const cmd = `sh -c ${quote(logged)}`;
    const text = deploymentText(lab, addresses);
    await scene.write(
      "deploy.ts",
      text.replace("names }", `{ hosts: names, cmd: ${JSON.stringify(cmd)} } }`),
    );
    for (const args of [["-y", "-v"], ["-y", "--json"]]) {
      const failed = await sextant("deploy", ...args);
      assertEquals(failed.code, 1, failed.stderr);
      assertStringIncludes(failed.stdout + failed.stderr, "token [TOKEN]");
      assertTellsNoSecret(failed);
    }
    await scene.write("deploy.ts", text);
  });

  await t.step(
    "an unhealthy version exits 1, a held lock 3, an unreachable host 4, a typo 2",
    async () => {
      await scene.release("unhealthy");
      const failed = await sextant("deploy", "-y");
      assertEquals(failed.code, 1);
      assertStringIncludes(failed.stderr, "UNHEALTHY");
      assertStringIncludes(failed.stderr, "lock released");
      await scene.release();
      assertEquals((await sextant("lock", "acquire", "-m", "lunch", "-y")).code, 0);
      const held = await sextant("deploy", "-y");
      assertEquals(held.code, 3);
      assertStringIncludes(held.stderr, "lunch");
      assertEquals((await sextant("lock", "release", "-y")).code, 0);
      await lab.hosts[1]!.stopSshd();
      const unreachable = await sextant("deploy", "-y");
      assertEquals(unreachable.code, 4);
      assertStringIncludes(unreachable.stderr, addresses[1]!);
      await lab.hosts[1]!.startSshd();
      const typo = await sextant("depoly");
      assertEquals(typo.code, 2);
      assertStringIncludes(typo.stderr, "deploy");
    },
  );

  await t.step("Ctrl-C exits 130, and the next run succeeds", async () => {
    await scene.release("slow", { seconds: 7 });
    const child = spawn(lab, scene, fromCheckout, ["deploy", "-y", "--json"]);
    const output = child.output();
    await untilWaiting(lab);
    child.kill("SIGINT");
    assertEquals((await output).code, 130);
    assertEquals((await lab.hosts[0]!.exec("ls -d .kamal/lock-shop")).code, 2);
    assertEquals((await sextant("deploy", "-y")).code, 0);
  });

  await t.step("the compiled binary deploys the same deploy.ts", async () => {
    const binary: Program = { command: `${scene.root}/../sextant-binary`, args: [] };
    await compileSextant(binary.command);
    const version = await scene.release();
    const deploy = await run(lab, scene, binary, ["deploy", "-y"]);
    assertEquals(deploy.code, 0, deploy.stderr);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
    const second = await run(lab, scene, binary, ["plan"]);
    assertStringIncludes(second.stdout, "nothing to do");
  });
});

const DOCKERFILE = `FROM scratch
COPY programs/ /
COPY files/ /
RUN --mount=type=secret,id=TOKEN wc -c </run/secrets/TOKEN >/length-of-token
CMD ["app"]
`;

/** The secret in clear, as Base64 wherever it begins, as a part of a URL, and as JSON. */
const FORMS: readonly string[] = [
  SENTINEL,
  encodeURI(SENTINEL),
  encodeURIComponent(SENTINEL),
  encodeURIComponent(SENTINEL).replaceAll("%20", "+"),
  quote(SENTINEL),
  ...["", ".", ".."].map((before) =>
    btoa(before + SENTINEL).slice(before === "" ? 0 : 4).replace(/.{4}$/, "")
  ),
];

function assertTellsNoSecret({ stdout, stderr }: Output): void {
  const told = stdout + stderr;
  for (const form of FORMS) assert(!told.includes(form), `${form} is told:\n${told}`);
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function spawn(
  lab: Lab,
  scene: Scene,
  program: Program,
  args: readonly string[],
): Deno.ChildProcess {
  const { home, builder } = lab;
  const cache = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  return new Deno.Command(program.command, {
    args: [...program.args, ...args],
    cwd: scene.root,
    env: { HOME: home, PATH: builder.path, DOCKER_HOST: builder.dockerHost, DENO_DIR: cache },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(
  lab: Lab,
  scene: Scene,
  program: Program,
  args: readonly string[],
): Promise<Output> {
  const { code, stdout, stderr } = await spawn(lab, scene, program, args).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Looks at the command lines of all processes, over and over, until told to stop. */
function watchProcesses(
  lab: Lab,
): () => Promise<{ readonly count: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  let count = 0;
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      for (const host of lab.hosts) {
        lines.push(
          ...(await host.exec("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; echo")).stdout
            .split("\n"),
        );
        count++;
      }
    }
  })();
  return async () => {
    isOver = true;
    await looking;
    return { count, lines };
  };
}

/** Waits until the new version's container runs, so that the deploy waits for its health. */
async function untilWaiting(lab: Lab): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const names = await running(lab.hosts[0]!);
    if (names.filter((name) => name.startsWith("shop-web-")).length === 2) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The deploy never came to its health check");
}

function deploymentText(lab: Lab, addresses: readonly string[]): string {
  return `import { deploy, secret } from "@sextant/deploy";
import hosts from "./hosts.json" with { type: "json" };

enum Role { Web = "web" }
const names: readonly string[] = hosts satisfies string[];
if (names.length !== ${addresses.length}) throw new Error("the hosts are not those of hosts.json");

export default async () => await Promise.resolve(
  deploy("shop")
    .image("acme/shop")
    .registry({ server: "${lab.registry.address}", username: "ci", password: secret("TOKEN") })
    .builder({ dockerfile: "Dockerfile.secret", secrets: [secret("TOKEN")] })
    .servers({ [Role.Web]: names })
    .env({ secret: ["TOKEN"] })
    .proxy({ host: "shop.test" })
    .settings({ deployTimeout: 16 }),
);
`;
}
