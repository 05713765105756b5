import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type AppKind, type AppOptions, commitApp, type Lab, labTest, up } from "./lab.ts";
import { Load } from "./load.ts";
import { run, until } from "./shell.ts";

labTest(
  "healthy app answers with KAMAL_VERSION, serves files and finishes what it began",
  async () => {
    await using lab = await up({ hosts: 1 });
    const files = { "/www/assets/app.css": "body {}" };
    const app = await boot(
      lab,
      "healthy",
      { files, port: 3000 },
      "-e KAMAL_VERSION=abc -p 80:3000",
    );
    assertEquals(await app.ask("/"), "200 abc");
    assertEquals(await app.ask("/version"), "200 abc");
    assertEquals(await app.ask("/assets/app.css"), "200 body {}");
    const slowAnswer = app.ask("/wait/4");
    await until("the request to be under way", () => app.hasConnection());
    await app.docker("stop");
    assertEquals(await slowAnswer, "200 abc");
    assertMatch(await app.docker("logs"), /stopping version abc/);
  },
);

labTest("slow app is healthy only after its time", async () => {
  await using lab = await up({ hosts: 1 });
  const app = await boot(lab, "slow", { seconds: 6 });
  assertEquals(await app.ask("/up"), "503 ");
  await until("health", async () => await app.ask("/up") === "200 OK");
});

labTest("unhealthy app answers its health path with the status it was given", async () => {
  await using lab = await up({ hosts: 1 });
  const app = await boot(lab, "unhealthy", { status: 301 });
  assertEquals(await app.ask("/up"), "301 ");
  assertStringIncludes(await app.docker("logs"), "GET /up 301");
});

labTest("crashing app ends with status 3 after two lines", async () => {
  await using lab = await up({ hosts: 1 });
  const image = await lab.buildImage("crashing", "app:v1");
  const ran = await lab.hosts[0]!.exec(`docker pull --quiet ${image} && docker run ${image}`);
  assertEquals(ran.code, 3);
  assertStringIncludes(ran.stdout, "starting crashing app, version 1\ncannot open the database");
});

labTest("deaf app has to be killed", async () => {
  await using lab = await up({ hosts: 1 });
  const app = await boot(lab, "deaf");
  await app.docker("stop --time 1");
  assertEquals((await app.docker("inspect --format '{{.State.ExitCode}}'")).trim(), "137");
});

labTest(
  "commitApp() makes the next commit of a project, and docker build of it the next image",
  async () => {
    await using lab = await up({ hosts: 1 });
    const folder = await lab.appFolder("healthy", { version: "one" });
    const second = await commitApp(folder, "unhealthy", {
      version: "two",
      labels: { service: "it" },
    });
    assertEquals((await run("git", ["-C", folder, "rev-list", "--count", "HEAD"])).trim(), "2");
    assertMatch(second, /^[0-9a-f]{40}$/);
    const env = { DOCKER_HOST: lab.builder.dockerHost, PATH: lab.builder.path };
    await run("docker", ["build", "--quiet", "--tag", "it", folder], { env });
    const format = "{{.Config.Labels.service}}";
    assertEquals(await run("docker", ["inspect", "--format", format, "it"], { env }), "it\n");
  },
);

labTest("Load counts no failure while kamal-proxy switches apps", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const images = await Promise.all(
    ["one", "two"].map((version) => lab.buildImage("healthy", `app:${version}`, { version })),
  );
  await host.must("docker network create kamal");
  const proxy = "basecamp/kamal-proxy:v0.9.2";
  await host.must(`docker run -d --name kamal-proxy --network kamal -p 80:80 ${proxy}`);
  const serve = async (name: string, image: string): Promise<void> => {
    await host.must(`docker run -d --name ${name} --network kamal ${image}`);
    const deploy = `kamal-proxy deploy app --host app.example.com --target ${name}:80`;
    // The proxy takes commands a moment after it started.
    await until(
      "the switch",
      async () => (await host.exec(`docker exec kamal-proxy ${deploy}`)).code === 0,
    );
  };
  await serve("one", images[0]!);
  const load = await Load.start({ addresses: [host.address], host: "app.example.com" });
  await serve("two", images[1]!);
  await host.must("docker stop one");
  await until("300 answers", async () => ((await load.report()).versions["two"] ?? 0) > 300);
  const report = await load.stop();
  assertEquals(report.failures, {});
  assertEquals(report.failed, 0);
  assertEquals(Object.keys(report.versions).sort(), ["one", "two"]);
  const answered = (report.versions["one"] ?? 0) + (report.versions["two"] ?? 0);
  assertEquals(answered, report.sent);
});

labTest(
  "Load keeps its rate, half on kept and half on new connections, and names failures",
  async () => {
    await using lab = await up({ hosts: 1 });
    const app = await boot(lab, "healthy");
    const before = await app.connectionCount();
    const load = await Load.start({ addresses: [app.address], ratePerSecond: 200 });
    const start = performance.now();
    await until("200 requests", async () => (await load.report()).sent >= 200);
    assert(performance.now() - start > 800, "200 requests at 200 a second took less than a second");
    const least = (await load.report()).sent;
    const opened = await app.connectionCount() - before;
    const most = (await load.report()).sent;
    const told = `${opened} connections, ${least} to ${most} requests`;
    assert(opened > least * 0.4 && opened < most * 0.7, told);
    await app.docker("kill");
    await until("failures", async () => (await load.report()).failed > 0);
    const report = await load.stop();
    assert(Object.keys(report.failures).some((reason) => /refused|reset|closed/.test(reason)));
    assertEquals(Object.keys(report.versions), ["1"]);
  },
);

interface BootedApp {
  readonly address: string;
  ask(path: string): Promise<string>;
  docker(command: string): Promise<string>;
  hasConnection(): Promise<boolean>;
  connectionCount(): Promise<number>;
}

/** Runs an app on the lab's first host and waits until its port takes connections. */
async function boot(
  lab: Lab,
  kind: AppKind,
  options: AppOptions = {},
  dockerOptions = "-p 80:80",
): Promise<BootedApp> {
  const host = lab.hosts[0]!;
  const image = await lab.buildImage(kind, "app:v1", options);
  await host.must(`docker run -d --name app ${dockerOptions} ${image}`);
  const inside = `busybox nsenter -t "$(busybox pidof app)" -n`;
  const app = {
    address: host.address,
    ask: async (path: string): Promise<string> => {
      const response = await fetch(`http://${host.address}${path}`, { redirect: "manual" });
      return `${response.status} ${(await response.text()).trim()}`;
    },
    docker: (command: string): Promise<string> => host.must(`docker ${command} app 2>&1`),
    hasConnection: async (): Promise<boolean> =>
      (await host.must(`${inside} busybox netstat -tn`)).includes("ESTABLISHED"),
    connectionCount: async (): Promise<number> => {
      const counters = await host.must(`${inside} cat /proc/net/snmp`);
      return Number(/Tcp: \d+ \d+ \d+ -?\d+ \d+ (\d+)/.exec(counters)?.[1]);
    },
  };
  await until("the app to listen", () => app.ask("/").then(() => true, () => false));
  return app;
}
