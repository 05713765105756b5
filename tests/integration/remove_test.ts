import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deploy } from "../../sdk/deploy.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { ask, Scene } from "./scene.ts";

labTest("what is pruned and removed is the deployment's own, and nobody else's", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const host = lab.hosts[0]!;
  const app = deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
    .servers({ web: [host.address], jobs: { hosts: [host.address], cmd: "app" } })
    .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
    .settings({ deployTimeout: 10, drainTimeout: 10, readinessDelay: 0 })
    .destination("staging", (staging) => staging.proxy({ host: "staging.test" }));
  const blog = scene.app([host], "blog");
  const staging = { destination: "staging" };

  const versions = { good: [] as string[], staging: [] as string[], bad: "" };
  await t.step("three deployments and a container of nobody's share a host", async () => {
    await host.must(
      "docker run -d --name bystander --label service=other basecamp/kamal-proxy:v0.9.2",
    );
    await host.must(
      "docker create --name bystander-old --label service=other basecamp/kamal-proxy:v0.9.2",
    );
    assertEquals((await scene.run(blog, { name: "deploy" })).report?.failures, []);
    for (const text of ["staging 1", "staging 2"]) {
      versions.staging.push(await release(scene, text));
      assertEquals((await scene.run(app, { name: "deploy" }, staging)).report?.failures, []);
    }
    for (const text of ["shop 1", "shop 2", "shop 3"]) {
      versions.good.push(await release(scene, text));
      assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    }
    versions.bad = await scene.release("unhealthy");
    assertEquals((await scene.run(app, { name: "deploy" })).report?.outcome, "failed");
  });
  const [v1 = "", v2 = "", v3 = ""] = versions.good;
  const kept = ["jobs", "web"].flatMap((role) => [`shop-${role}-${v2}`, `shop-${role}-${v3}`]);
  const others = await foreign(host);
  assertEquals(others.filter((line) => line.startsWith("shop-")).length, 4);

  await t.step(
    "prune containers keeps so many that served of each role, and every image",
    async () => {
      const images = await tags(host, "shop");
      assert(images.includes(v1));
      await scene.run(app, { name: "prune", only: "containers", retain: 1 });
      assertEquals(await own(host), [...kept, `shop-web-${versions.bad}`].sort());
      assertEquals(await tags(host, "shop"), images);
      assertEquals(await foreign(host), others);
    },
  );

  await t.step(
    "prune images keeps those of all containers, also of the other destination",
    async () => {
      await scene.run(app, { name: "prune", only: "images" });
      assertEquals(
        await tags(host, "shop"),
        [v2, v3, versions.bad, ...versions.staging, "latest", "latest-staging"].sort(),
      );
      assertEquals((await tags(host, "blog")).length, 2);
    },
  );

  await t.step("what was kept can be gone back to, and prune takes the rest", async () => {
    assertEquals((await scene.run(app, { name: "rollback" })).report?.failures, []);
    assertEquals((await ask(host)).text, v2);
    await scene.run(app, { name: "prune", retain: 1 });
    assertEquals(await own(host), [...kept, `shop-web-${versions.bad}`].sort());
    assertEquals(await foreign(host), others);
  });

  await t.step("app remove takes containers, route and files of one destination", async () => {
    assertEquals((await scene.run(app, { name: "app remove" })).report?.failures, []);
    assertEquals(await own(host), []);
    assertEquals((await ask(host)).status, 404);
    assertEquals((await host.exec("ls -d .kamal/apps/shop .kamal/lock-shop")).stdout, "");
    assertStringIncludes(await host.must("cat .kamal/shop-audit.log"), "Removed app");
    assertEquals(await foreign(host), others);
    assertEquals((await ask(host, "/version", "staging")).text, versions.staging[1]);
    assertEquals((await scene.run(app, { name: "app remove" })).report, undefined);
  });

  await t.step("remove leaves a proxy that others need, and takes it with the last", async () => {
    assertEquals((await scene.run(app, { name: "remove" }, staging)).report?.failures, []);
    assertEquals((await ask(host, "/version", "blog")).status, 200);
    assertEquals(await tags(host, "shop"), []);
    assertEquals((await scene.run(blog, { name: "remove" })).report?.failures, []);
    const left = await host.must("docker ps -a --format '{{.Names}} {{.State}}' | sort");
    assertEquals(left, "bystander running\nbystander-old created\n");
  });
});

/** A release whose image differs from all others. */
async function release(scene: Scene, text: string): Promise<string> {
  return await scene.release("healthy", { files: { "/www/about.txt": text } });
}

/** The containers of the app without destination, sorted. */
async function own(host: LabHost): Promise<readonly string[]> {
  return (await containers(host)).filter(({ name, destination }) =>
    name.startsWith("shop-") && destination === ""
  ).map(({ name }) => name);
}

/** All other containers with their states, and all routes but the app's, sorted. */
async function foreign(host: LabHost): Promise<readonly string[]> {
  const state = await host.must(
    "docker exec kamal-proxy cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
  );
  const routes = (JSON.parse(state) as readonly { name: string; active_targets: string[] }[])
    .filter(({ name }) => name !== "shop-web");
  return [
    ...(await containers(host)).filter(({ name, destination }) =>
      !name.startsWith("shop-") || destination !== ""
    ).map(({ name, state }) => `${name} ${state}`),
    ...routes.map(({ name, active_targets }) => `route ${name} ${active_targets}`).sort(),
  ];
}

async function containers(
  host: LabHost,
): Promise<readonly { name: string; state: string; destination: string }[]> {
  const lines = await host.must(
    `docker ps -a --format '{{.Names}} {{.State}} {{.Label "destination"}}'`,
  );
  return lines.trim().split("\n").sort().map((line) => {
    const [name = "", state = "", destination = ""] = line.split(" ");
    return { name, state, destination };
  });
}

/** Tags of a service's images, sorted. */
async function tags(host: LabHost, service: string): Promise<readonly string[]> {
  const found = await host.must(
    `docker image ls --format '{{.Repository}} {{.Tag}}' | sed -n 's|.*/acme/${service} ||p'`,
  );
  return found.split("\n").filter((tag) => tag !== "").sort();
}
