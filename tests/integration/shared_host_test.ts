import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { HostError } from "../../sdk/errors.ts";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("services, destinations and paths share a host and its proxy", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [typeof lab.hosts[number]];
  const settings = { deployTimeout: 10, drainTimeout: 5, readinessDelay: 1, retainContainers: 1 };
  const appOf = (service: string, proxy: Parameters<WebDeploy["proxy"]>[0]): WebDeploy =>
    deploy(service).image("acme/shop").registry({ server: lab.registry.address })
      .servers({ web: [host.address] }).proxy(proxy).settings(settings);
  const shop = appOf("shop", { host: "shop.test" })
    .destination("staging", (app) => app.proxy({ host: "staging.test" }));
  const blog = appOf("blog", { host: "shop.test", pathPrefix: "/blog" });
  const served: Record<string, string> = {};
  const bring = async (app: AnyDeploy, service: string, destination?: string): Promise<void> => {
    const version = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" }, { destination });
    assertEquals(report?.failures, []);
    served[[service, destination].filter((part) => part).join("-")] = version;
  };
  const answers = async (): Promise<Record<string, string>> => ({
    shop: (await ask(host)).text,
    "shop-staging": (await ask(host, "/version", "staging")).text,
    blog: (await ask(host, "/blog/version")).text,
  });

  await t.step("each has its own containers, files and route", async () => {
    await bring(shop, "shop");
    await bring(shop, "shop", "staging");
    await bring(blog, "blog");
    assertEquals(await answers(), served);
    assertEquals(await running(host), [
      `blog-web-${served.blog}`,
      "kamal-proxy",
      `shop-web-${served.shop}`,
      `shop-web-staging-${served["shop-staging"]}`,
    ]);
    assertEquals(
      (await host.must("ls .kamal/apps")).trim().split("\n"),
      ["blog", "shop", "shop-staging"],
    );
  });

  await t.step("a route of another service is taken, and that is said before a build", async () => {
    const rival = appOf("rival", { hosts: ["new.test", "shop.test"] });
    const error = await assertRejects(() => scene.run(rival, { name: "deploy" }), HostError);
    assertEquals(error.code, "ROUTE_TAKEN");
    assertStringIncludes(
      error.message,
      "kamal-proxy already sends new.test, shop.test to shop-web",
    );
    assertEquals(scene.events.filter(({ type }) => type === "step-begin"), []);
  });

  await t.step("old versions of one do not make the others' go", async () => {
    const oldest = served.shop!;
    for (let release = 0; release < 3; release++) await bring(shop, "shop", "staging");
    await bring(shop, "shop");
    const kept = (await host.must("docker ps -a --format '{{.Names}}'")).split("\n");
    assertEquals(kept.filter((name) => name.startsWith("shop-web-staging-")).length, 2);
    assertEquals(kept.includes(`shop-web-${oldest}`), true);
    assertEquals((await scene.run(shop, { name: "rollback" })).report?.outcome, "done");
    assertEquals((await ask(host)).text, oldest);
    served.shop = oldest;
  });

  await t.step("what is done to one leaves the others' traffic alone", async () => {
    const load = await Load.start({
      addresses: [host.address],
      host: "shop.test",
      ratePerSecond: 100,
    });
    await bring(shop, "shop", "staging");
    await bring(blog, "blog");
    const staging = { destination: "staging" };
    for (const name of ["app stop", "app remove"] as const) {
      assertEquals((await scene.run(shop, { name }, staging)).report?.outcome, "done");
    }
    assertEquals((await scene.run(blog, { name: "proxy reboot" })).report?.outcome, "done");
    assertEquals((await ask(host, "/blog/version")).text, served.blog);
    assertEquals((await scene.run(blog, { name: "remove" })).report?.outcome, "done");
    assertEquals((await load.stop()).failures, {});
    assertEquals(await running(host), ["kamal-proxy", `shop-web-${served.shop}`]);
    assertEquals((await host.must("ls .kamal/apps")).trim(), "shop");
  });
});

type WebDeploy = ReturnType<Scene["app"]>;
