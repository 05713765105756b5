import "../sanitizers.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ProxyInput } from "../../sdk/config/proxy.ts";
import type { RoleOptions } from "../../sdk/config/role.ts";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import type { Cause } from "../../sdk/operations/cause.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

/** A role that fails in one way, and what it is told to have failed of. */
interface Case {
  readonly role?: RoleOptions;
  readonly proxy?: ProxyInput;
  readonly causes: readonly Cause["kind"][];
  /** What the message says of it. */
  readonly told: RegExp;
  /** Whether it is known of only once it has had all of its time. */
  readonly isLate?: boolean;
}

/** Seconds that an app has which fails by itself, or does not fail: more than it needs on a slow machine. */
const TIMEOUT = 30;
/** Seconds that one has which never comes to be ready. */
const SHORT_TIMEOUT = 3;

// The variable that every version has; one that lacks it is told so.
const TOKEN = { TOKEN: "t" };

const CASES: Readonly<Record<string, Case>> = {
  "an app that ends": {
    role: { env: { APP_EXIT: "3" } },
    causes: ["exited", "crash-loop"],
    told: /did not stay up: shop-web-\w+ exited with 3/,
  },
  "an app that takes more memory than it may": {
    role: { env: { APP_MEMORY: "200" }, options: { "memory": "32m", "memory-swap": "32m" } },
    causes: ["oom-killed"],
    told: /killed for its memory/,
  },
  "an app that listens for itself alone": {
    role: { env: { APP_ADDRESS: "127.0.0.1" } },
    causes: ["listens-on-loopback"],
    isLate: true,
    told: /listens on 127\.0\.0\.1:80, which nobody outside of it reaches/,
  },
  "an app that listens on another port": {
    role: { env: { ANOTHER: "one" } },
    proxy: { appPort: 3000 },
    causes: ["listens-elsewhere"],
    isLate: true,
    told: /listens on \[::\]:80, not on port 3000/,
  },
  "an app that listens to nobody": {
    role: { cmd: "sh -c 'trap exit TERM; sleep 60 & wait'" },
    causes: ["nothing-listens"],
    isLate: true,
    told: /nothing listens/,
  },
  "a health path that is not there": {
    role: { env: { APP_UP_STATUS: "404" } },
    causes: ["health-status"],
    isLate: true,
    told: /\/up answered 404/,
  },
  "a health path that leads elsewhere": {
    role: { env: { APP_UP_STATUS: "302" } },
    causes: ["health-redirect"],
    isLate: true,
    told: /\/up answered 302/,
  },
  "an app that answers to its public name alone": {
    role: { env: { APP_HOST: "shop.test" } },
    proxy: { healthcheck: { timeout: 1, host: false } },
    causes: ["host-rejected"],
    isLate: true,
    told: /answered 403, and answers well where it is asked as shop\.test/,
  },
  "a health path that takes too long": {
    role: { env: { APP_UP_SECONDS: "3" } },
    causes: ["health-slow"],
    isLate: true,
    told: /answered after [3-6]\.\d s, a check may take 1 s/,
  },
  "a command that is not there": {
    role: { cmd: "nonesuch" },
    causes: ["command-not-found"],
    told: /no such command/,
  },
  "a command that is no program": {
    role: { cmd: "/etc/app.json" },
    causes: ["command-not-executable"],
    told: /cannot be executed/,
  },
  "a health check of the container's own that fails": {
    role: {
      proxy: false,
      options: {
        "health-cmd": "echo no; exit 7",
        "health-interval": "1s",
        "health-retries": "1",
      },
    },
    causes: ["docker-healthcheck-failing"],
    told: /HEALTHCHECK fails with 7: no/,
  },
  "a container that goes on starting": {
    role: {
      proxy: false,
      options: { "health-cmd": "false", "health-interval": "1s", "health-start-period": "60s" },
    },
    causes: ["still-starting"],
    isLate: true,
    told: /still starting after 3 s/,
  },
};

labTest("what keeps an app from serving is found out and told", async (t) => {
  await using lab = await up({ hosts: 1, diskMiB: 300 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [typeof lab.hosts[number]];
  const appWith = (
    { env, ...role }: RoleOptions = {},
    proxy: ProxyInput = {},
    deployTimeout = TIMEOUT,
  ): AnyDeploy =>
    deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
      .servers({ web: { hosts: [host.address], env: { ...TOKEN, ...env }, ...role } })
      .proxy({ hosts: ["shop.test", host.address], healthcheck: { timeout: 1 }, ...proxy })
      .settings({ deployTimeout, drainTimeout: 1, readinessDelay: 1 });
  const version = await scene.release();
  assertEquals((await scene.run(appWith(), { name: "setup" })).report?.outcome, "done");

  const assertFailure = async (
    app: AnyDeploy,
    { causes, told }: Case,
    skipPush = true,
  ): Promise<void> => {
    const options = skipPush ? { version } : {};
    const { report } = await scene.run(app, { name: "deploy", skipPush }, options);
    const [failure] = report!.failures;
    assert(failure !== undefined, "it did not fail");
    assert(causes.includes(failure.cause?.kind as Cause["kind"]), JSON.stringify(failure));
    assertMatch(failure.message, told);
    assert(failure.hint !== undefined);
    assertEquals((await ask(host)).text, version);
    assertEquals(await running(host), ["kamal-proxy", `shop-web-${version}`]);
  };

  for (const [title, found] of Object.entries(CASES)) {
    const timeout = found.isLate === true ? SHORT_TIMEOUT : TIMEOUT;
    await t.step(title, () => assertFailure(appWith(found.role, found.proxy, timeout), found));
  }

  await t.step("a health path that leads to the version that serves", async () => {
    const location = `http://${host.address}/up`;
    const env = { APP_UP_STATUS: "302", APP_UP_LOCATION: location };
    const told = new RegExp(`/up answered 302 to ${location}`);
    const app = appWith({ env }, {}, SHORT_TIMEOUT);
    await assertFailure(app, { causes: ["health-redirect"], told });
  });

  await t.step("an app that lacks a variable of the last version", async () => {
    const app = appWith({ cmd: "false" });
    const without = { ...app.toSpec(), servers: { web: { hosts: [host.address], cmd: "false" } } };
    const { report } = await scene.runSpec(without, { name: "deploy", skipPush: true }, {
      version,
    });
    const [failure] = report!.failures;
    assertEquals(failure?.cause, { kind: "missing-env", names: ["TOKEN"] });
    assertMatch(failure!.message, /lacks TOKEN, which the last version had/);
  });

  await t.step("an image without a command", async () => {
    await scene.release();
    await scene.write("Dockerfile", "FROM scratch\nCOPY programs/ /\nCOPY files/ /\n");
    const told = /the image names no command/;
    await assertFailure(appWith(), { causes: ["image-has-no-command"], told }, false);
  });

  await t.step("an image for other machines", async () => {
    await scene.release();
    await scene.write("files/program", "not for this machine\n", 0o755);
    await scene.write("Dockerfile", 'FROM scratch\nCOPY files/ /\nCMD ["/program"]\n');
    const arch = Deno.build.arch === "aarch64" ? "amd64" : "arm64";
    const told = new RegExp(`the image is for ${arch}, and the host is`);
    const app = { ...appWith().toSpec(), builder: { arch } };
    const { report } = await scene.runSpec(app, { name: "deploy" });
    const [failure] = report!.failures;
    assertEquals(failure?.cause?.kind, "wrong-architecture", JSON.stringify(failure));
    assertMatch(failure!.message, told);
  });

  await t.step("a port that something else uses", async () => {
    await host.must("docker run -d --name squatter -p 9090:80 basecamp/kamal-proxy:v0.9.2");
    const image = `${lab.registry.address}/acme/shop:${version}`;
    const app = deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
      .accessory("db", { image, host: host.address, port: "9090:80" });
    const { report } = await scene.run(app, { name: "accessory boot", accessory: "db" });
    const [failure] = report!.failures;
    assertEquals(failure?.cause, { kind: "port-taken", port: 9090, by: "container squatter" });
    assertMatch(failure!.message, /port 9090 of the host is used by container squatter/);
    await host.must("docker rm -f squatter");
  });

  await t.step("a disk that is full", async () => {
    const cmd = "sh -c 'cat /dev/zero >/full; exit 1'";
    await assertFailure(appWith({ cmd }), { causes: ["disk-full"], told: /disk is full/ });
  });

  await t.step("an app that answers to its public name alone is asked by it", async () => {
    const app = appWith({ env: { APP_HOST: "shop.test" } });
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, { version });
    assertEquals(report?.failures, []);
  });
});
