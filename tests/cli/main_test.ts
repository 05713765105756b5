import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../sdk/cli/main.ts";
import { ConfigError, HostError, HostsError, SextantError } from "../../sdk/errors.ts";
import { failureOn, planOf, reportOf, script, stage, step } from "../report/shop_plan.ts";
import { FakeCommander, type FakeCommanderOptions, NOTHING } from "./fake_commander.ts";
import { FakeIo, type FakeIoOptions } from "./fake_io.ts";

interface Ran {
  readonly code: number;
  readonly io: FakeIo;
  readonly commander: FakeCommander;
}

async function run(
  line: string,
  does: FakeCommanderOptions = {},
  io: FakeIoOptions = {},
): Promise<Ran> {
  const fake = new FakeIo(io);
  const commander = new FakeCommander(does);
  const code = await main(line.split(" "), fake, commander);
  assertEquals(fake.timers, 0, "a timer was left behind");
  return { code, io: fake, commander };
}

const failing = (error: unknown): FakeCommanderOptions => ({
  load: () => {
    throw error;
  },
});

Deno.test("main() shows a plan, does it and tells the end", async () => {
  const { code, io, commander } = await run("deploy -y");
  assertEquals(code, 0);
  assertMatch(io.written, /^shop · production · 8c1f2ab \(51d20ce serves\) · 3 hosts\n/);
  assertMatch(
    io.written,
    /✔ shop 8c1f2ab serves on 3 hosts · 1\.3 s\n {2}connect 0\.2 · probe 0\.1 · 5 exchanges per host\n$/,
  );
  assertEquals(io.told, "");
  assertEquals(commander.verbs, [{ name: "deploy", skipPush: false, noCache: false }]);
});

Deno.test("main() asks before it changes anything, and names the destination", async () => {
  const { code, io } = await run("deploy", {}, { answers: ["y"] });
  assertEquals(code, 0);
  assertEquals(io.told, "deploy 8c1f2ab to production (3 hosts)? [y/N] ");
  assertStringIncludes(io.written, "✔ shop 8c1f2ab serves");
});

Deno.test("main() changes nothing unless the answer is yes", async () => {
  for (const answer of ["", "n", "yep", "nyes"]) {
    const { code, io } = await run("deploy", {}, { answers: [answer] });
    assertEquals(code, 1);
    assertEquals(io.told, "deploy 8c1f2ab to production (3 hosts)? [y/N] nothing was changed\n");
    assertEquals(io.written.includes("✔"), false);
  }
});

Deno.test("main() changes nothing where nobody can be asked: it shows the plan, and names the flag", async () => {
  for (
    const line of ["deploy", "remove", "accessory remove db", "proxy reboot", "prune", "app stop"]
  ) {
    const ran: string[] = [];
    const { code, io } = await run(line, {
      run: () => {
        ran.push(line);
        return {};
      },
    });
    assertEquals([code, ran], [2, []]);
    assertStringIncludes(io.written, "3 start, 4 stop");
    assertStringIncludes(
      io.told,
      "NOT_CONFIRMED\n  Nothing was changed. Say yes beforehand: --yes (-y)\n",
    );
  }
  const idle = await run("prune", { plan: planOf([], { verb: "prune" }) });
  assertEquals([idle.code, idle.io.told], [0, ""]);
});

Deno.test("main() does not ask about the lock, or a command in a container", async () => {
  const apply = planOf([
    stage("apply", [
      script("10.0.0.1", step("release", { kind: "release-lock", path: "l", only: undefined })),
    ]),
  ], {
    verb: "lock release",
    hosts: ["10.0.0.1"],
  });
  const { code, io } = await run("lock release", { plan: apply });
  assertEquals([code, io.told], [0, ""]);
  assertMatch(io.written, /^✔ lock release of shop done on 1 host/);
});

Deno.test("main() asks again when the hosts have moved", async () => {
  const moved: FakeCommanderOptions = {
    run: async (plan, options) => {
      options.onEvent?.({ type: "end", outcome: "moved", seconds: 1 });
      assert(await options.approve?.(plan));
      return {};
    },
  };
  const { code, io } = await run("deploy", moved, { answers: ["y", "yes"] });
  assertEquals(code, 0);
  const question = "deploy 8c1f2ab to production (3 hosts)? [y/N] ";
  assertEquals(
    io.told,
    `${question}the hosts have changed since; this is the plan now\n${question}`,
  );
});

Deno.test("main() says in one line that there is nothing to do", async () => {
  const { code, io } = await run("deploy -y", { plan: NOTHING });
  assertEquals(code, 0);
  assertEquals(io.written, "shop · production · 8c1f2ab serves on 3 hosts · nothing to do\n");
});

Deno.test("main() hands flags to the loader and the commander", async () => {
  const line =
    "deploy -y -d staging -c other.ts --version 7 -h 10.0.* -r web,jobs -p -H -P --no-cache";
  const { commander } = await run(line);
  assertEquals(commander.loaded, [{
    root: "/project",
    configFile: "other.ts",
    destination: "staging",
    version: "7",
    env: { HOME: "/home/dev" },
  }]);
  const { root, destination, version, hosts, roles, primary, skipHooks } = commander.options[0]!;
  assertEquals(
    [root, destination, version, hosts, roles, primary, skipHooks],
    ["/project", "staging", "7", ["10.0.*"], ["web", "jobs"], true, true],
  );
  assertEquals(commander.verbs, [{ name: "deploy", skipPush: true, noCache: true }]);
});

Deno.test("main() knows Kamal's further commands about the app, the registry and the image", async () => {
  const verbOf = async (line: string) => {
    const commander = new FakeCommander();
    await main([...line.split(" "), "-y"], new FakeIo(), commander);
    return commander.verbs[0];
  };
  assertEquals(await verbOf("app remove_container v1"), { name: "app remove-container", of: "v1" });
  assertEquals(await verbOf("app stale-containers"), { name: "app stale-containers" });
  assertEquals(await verbOf("app stale-containers --stop"), { name: "app stop-stale-containers" });
  const canary = "canary start --percent 10 --allow qa,staff -P";
  assertEquals(await verbOf(canary), {
    name: "canary start",
    percent: 10,
    allow: ["qa", "staff"],
    skipPush: true,
    noCache: false,
  });
  const alone = await verbOf("canary start --percent 0 --allow qa");
  assertEquals(alone?.name === "canary start" && [alone.percent, alone.allow], [0, ["qa"]]);
  assertEquals(await verbOf("canary promote"), { name: "canary promote" });
  assertEquals(await verbOf("canary abort"), { name: "canary abort" });
  assertEquals(await verbOf("prune all"), { name: "prune", only: undefined, retain: undefined });
  assertEquals(await verbOf("prune containers --retain 2"), {
    name: "prune",
    only: "containers",
    retain: 2,
  });
  assertEquals(await verbOf("registry setup -L"), {
    name: "registry login",
    skipLocal: true,
    skipRemote: false,
  });
  assertEquals(await verbOf("build push --no-cache"), { name: "build push", noCache: true });
  assertEquals(await verbOf("server exec uptime"), {
    name: "server exec",
    cmd: "uptime",
    interactive: false,
  });
});

Deno.test("main() waits for the lock as long as it is told to, else as long as Kamal does", async () => {
  const waitOf = async (line: string) => {
    const commander = new FakeCommander();
    await main(line.split(" "), new FakeIo(), commander);
    return commander.options[0]?.lockWait;
  };
  assertEquals(await waitOf("deploy -y"), undefined);
  assertEquals(await waitOf("deploy -y --lock-wait"), { timeout: 900, interval: 5 });
  assertEquals(await waitOf("deploy --lock-wait -y"), { timeout: 900, interval: 5 });
  assertEquals(await waitOf("rollback --lock-wait 30 -y"), { timeout: 30, interval: 5 });
  assertEquals(
    await waitOf("deploy -y --lock-wait --lock-wait-timeout 60 --lock-wait-interval 2"),
    {
      timeout: 60,
      interval: 2,
    },
  );
  assertEquals(await waitOf("deploy -y --lock-wait never"), undefined);
});

Deno.test("main() tells the commander each verb with what belongs to it", async () => {
  const logs = {
    since: undefined,
    grep: undefined,
    grepOptions: undefined,
    follow: false,
    skipTimestamps: false,
  };
  const told: readonly (readonly [line: string, verb: unknown])[] = [
    ["setup -y", { name: "setup", skipPush: false, noCache: false }],
    ["rollback -y 7", { name: "rollback", to: "7" }],
    ["rollback -y", { name: "rollback", to: undefined }],
    ["app logs -n 5", { name: "app logs", lines: 5, ...logs }],
    ["proxy logs -g GET --grep-options=-i -T", {
      ...{ name: "proxy logs", lines: undefined, ...logs },
      ...{ grep: "GET", grepOptions: "-i", skipTimestamps: true },
    }],
    ["accessory logs db", { name: "accessory logs", accessory: "db", lines: undefined, ...logs }],
    ["app exec --reuse -e A:1 bin/rails db:migrate", {
      ...{
        name: "app exec",
        cmd: "bin/rails db:migrate",
        env: { A: "1" },
        interactive: false,
        reuse: true,
      },
    }],
    ["proxy reboot --rolling -y", { name: "proxy reboot", rolling: true }],
    ["proxy upgrade -y", { name: "proxy upgrade", rolling: false }],
    ["proxy remove --force -y", { name: "proxy remove", force: true }],
    ["proxy stop -y", { name: "proxy stop" }],
    ["app maintenance --message=soon --drain-timeout 5 -y", {
      name: "app maintenance",
      message: "soon",
      drainTimeout: 5,
    }],
    ["app live -y", { name: "app live" }],
    ["proxy boot_config reset", { name: "proxy boot-config reset" }],
    ["proxy boot_config set --no-publish --metrics-port 9090 --docker_options memory=1g,init", {
      name: "proxy boot-config set",
      publish: false,
      publishHostIps: undefined,
      httpPort: undefined,
      httpsPort: undefined,
      logMaxSize: undefined,
      registry: undefined,
      repository: undefined,
      imageVersion: undefined,
      metricsPort: 9090,
      debug: false,
      dockerOptions: ["memory=1g", "init"],
    }],
    ["accessory exec db psql", {
      name: "accessory exec",
      accessory: "db",
      cmd: "psql",
      interactive: false,
      reuse: false,
    }],
    ["accessory reboot -y all", { name: "accessory reboot", accessory: "all" }],
    ["lock acquire -m upgrade", { name: "lock acquire", message: "upgrade" }],
    ["server bootstrap -y", { name: "server bootstrap" }],
    ["upgrade -y --rolling", { name: "upgrade", rolling: true, force: false }],
  ];
  for (const [line, verb] of told) assertEquals((await run(line)).commander.verbs, [verb]);
});

Deno.test("main() prints a plan, and exits with 10 for --exit-code where it would change anything", async () => {
  const { code, io, commander } = await run("plan");
  assertEquals(code, 0);
  assertMatch(io.written, /^shop · production .*\n\n {2}build/);
  assertEquals(commander.options[0]?.approve, undefined);
  assertEquals((await run("plan --exit-code")).code, 10);
  assertEquals((await run("plan --exit-code", { plan: NOTHING })).code, 0);
});

Deno.test("main() tells progress on standard error, a line per event where it is no terminal", async () => {
  const { io } = await run("deploy -y", {
    run: (plan, { onEvent }) => {
      const at = { step: "10.0.0.1 run web", host: "10.0.0.1", stage: "boot" } as const;
      onEvent?.({ type: "step-begin", ...at, title: "" });
      onEvent?.({ type: "step-end", ...at, status: "done", seconds: 0.4 });
      return { report: reportOf(plan) };
    },
  });
  assertEquals(io.told, "  10.0.0.1   boot         starting shop-web-8c1f2ab  0.4 s\n");
});

Deno.test("main() paints progress over on a terminal, and leaves nothing of it", async () => {
  const { io } = await run("deploy -y", {
    run: (_plan, { onEvent }) => {
      onEvent?.({
        type: "step-begin",
        step: "10.0.0.1 run web",
        host: "10.0.0.1",
        stage: "boot",
        title: "",
      });
      return {};
    },
  }, { isTerminal: true });
  assertStringIncludes(io.told, "  10.0.0.1   boot         starting shop-web-8c1f2ab");
  assert(io.told.endsWith("\u001b[1A\u001b[0J"), JSON.stringify(io.told.slice(-20)));
});

Deno.test("main() is quiet but for failures with --quiet", async () => {
  const ok = await run("deploy -y -q");
  assertEquals([ok.code, ok.io.written, ok.io.told], [0, "", ""]);
  const failed = await run("deploy -y -q", {
    run: (plan) => ({
      report: reportOf(plan, () => "failed", {
        outcome: "failed",
        failures: [failureOn("10.0.0.1")],
      }),
    }),
  });
  assertEquals(failed.code, 1);
  assertStringIncludes(failed.io.told, "✖ web did not become healthy");
});

Deno.test("main() shows a plan to whoever it asks, even with --quiet", async () => {
  const { io } = await run("deploy -q", {}, { answers: ["y"] });
  assertStringIncludes(io.written, "+ web     shop-web-8c1f2ab");
});

Deno.test("main() gives each kind of failure its exit code", async () => {
  const codes: readonly (readonly [error: unknown, code: number])[] = [
    [new ConfigError([{ path: "image", message: "is missing" }]), 2],
    [new SextantError("SECRET_MISSING", "no"), 2],
    [new HostError("LOCK_HELD", "10.0.0.1", "held"), 3],
    [new HostError("HOST_UNREACHABLE", "10.0.0.1", "no answer"), 4],
    [new HostError("HOST_KEY_CHANGED", "10.0.0.1", "another key"), 4],
    [
      new HostsError([
        new HostError("HOST_UNREACHABLE", "a", "no answer"),
        new HostError("LOGIN_REFUSED", "b", "no key"),
      ]),
      4,
    ],
    [
      new HostsError([
        new HostError("HOST_UNREACHABLE", "a", "no answer"),
        new HostError("DISK_FULL", "b", "full"),
      ]),
      1,
    ],
    [new SextantError("DOCKER_MISSING", "no docker"), 1],
    [new TypeError("oops"), 70],
  ];
  for (const [error, code] of codes) {
    const ran = await run("deploy -y", failing(error));
    assertEquals(ran.code, code, String(error));
    assertEquals(ran.io.written, "");
    assertEquals(ran.io.told.includes("  nothing was changed\n"), error instanceof SextantError);
  }
});

Deno.test("main() does not claim that nothing was changed once anything was begun", async () => {
  const { code, io } = await run("deploy -y", {
    run: (_plan, { onEvent }) => {
      onEvent?.({ type: "stage-begin", stage: "bootstrap", group: undefined, seconds: 0 });
      throw new SextantError("DOCKER_MISSING", "no docker");
    },
  });
  assertEquals(code, 1);
  assertEquals(io.told, "✖ no docker · DOCKER_MISSING\n");
});

Deno.test("main() gives the exit code of what failed in a run", async () => {
  const failed = (code: "UNHEALTHY" | "LOCK_HELD"): FakeCommanderOptions => ({
    run: (plan) => ({
      report: reportOf(plan, () => "skipped", {
        outcome: "failed",
        failures: [failureOn("10.0.0.1", { code })],
      }),
    }),
  });
  assertEquals((await run("deploy -y", failed("UNHEALTHY"))).code, 1);
  assertEquals((await run("deploy -y", failed("LOCK_HELD"))).code, 3);
});

Deno.test("main() tells mistakes on standard error and exits with 2", async () => {
  const { code, io } = await run("deploy --forse");
  assertEquals(code, 2);
  assertEquals(io.written, "");
  assertEquals(
    io.told,
    "✖ deploy knows no flag --forse · USAGE\n  Its flags: sextant deploy --help\n",
  );
});

Deno.test("main() tells help of all, of a group and of a command, with exit codes", async () => {
  const all = (await run("--help")).io.written;
  assertStringIncludes(all, "\n  accessory exec NAME CMD…");
  assertStringIncludes(all, "\n    3   somebody else holds the deploy lock\n");
  const group = (await run("lock --help")).io.written;
  assertStringIncludes(group, "lock acquire --message TEXT");
  assertEquals(group.includes("app logs"), false);
  const one = (await run("help app logs")).io.written;
  assertMatch(
    one,
    /^show the app's logs\n\n {2}sextant app logs \[flags\]\n\nflags\n {2}-n, --lines COUNT/,
  );
  const { code, io } = await run("help appel");
  assertEquals([code, io.written], [2, ""]);
});

Deno.test("main() writes the files of a new deployment", async () => {
  const { code, io } = await run("init");
  assertEquals(code, 0);
  assertEquals(io.written, "created  deploy.ts\nkept     .kamal/secrets\n");
  assertStringIncludes(io.told, "sextant plan");
  assertEquals(
    (await run("init --json")).io.written,
    '{"type":"files","created":["deploy.ts"],"kept":[".kamal/secrets"]}\n',
  );
});
