import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { ask, Scene } from "./scene.ts";

labTest("assets of the old and the new version answer all through a switch and back", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts;
  const app = scene.app().settings({ assetPath: "/www/assets:ro", retainContainers: 1 });
  const release = (version: string): Promise<string> =>
    scene.release("healthy", {
      files: {
        [`/www/assets/app-${version}.js`]: version,
        [`/www/assets/.hidden-${version}`]: version,
        "/www/assets/manifest.json": version,
        "/www/pages/index.txt": version,
      },
    });
  const text = async (path: string): Promise<string> => (await ask(host!, path)).text;
  const volumes = async (): Promise<readonly string[]> =>
    (await host!.must("ls -d .kamal/apps/shop/assets/*/*")).trim().split("\n")
      .map((path) => path.slice(".kamal/apps/shop/assets/".length));
  const first = await release("one");
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
  const load = await Load.start({
    addresses: [host!.address],
    host: "shop.test",
    path: "/assets/app-one.js",
    ratePerSecond: 100,
  });

  let second = "";
  await t.step("a deploy has the files of both, each version its own manifest", async () => {
    second = await release("two");
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    assertEquals(await text("/assets/app-one.js"), "one");
    assertEquals(await text("/assets/app-two.js"), "two");
    assertEquals(await text("/assets/.hidden-one"), "one");
    assertEquals(await text("/assets/manifest.json"), "two");
    const old = `.kamal/apps/shop/assets/volumes/web-${first}`;
    assertEquals(await host!.must(`cat ${old}/app-two.js ${old}/manifest.json`), "twoone");
    const mounts = await host!.must(
      `docker inspect -f '{{range .Mounts}}{{.Destination}} {{.RW}}{{end}}' shop-web-${second}`,
    );
    assertEquals(mounts.trim(), "/www/assets false");
    assertEquals((await host!.must("docker ps -aq --filter name=assets")).trim(), "");
  });

  await t.step("so does the way back", async () => {
    assertEquals((await scene.run(app, { name: "rollback" })).report?.failures, []);
    assertEquals(await text("/assets/app-two.js"), "two");
    assertEquals(await text("/assets/manifest.json"), "one");
  });

  const { sent, failed, failures } = await load.stop();
  assertEquals([failed, failures], [0, {}], `${sent} requests`);

  await t.step("what is pruned takes its assets with it", async () => {
    const third = await release("three");
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    const kept = (await host!.must("docker ps -a --filter label=role=web --format '{{.Names}}'"))
      .trim().split("\n").map((name) => name.replace("shop-", "")).sort();
    assertEquals(kept.includes(`web-${third}`), true);
    assertEquals((await volumes()).filter((path) => path.startsWith("volumes/")).sort(), [
      ...kept.map((name) => `volumes/${name}`),
    ]);
    assertEquals(await text("/assets/manifest.json"), "three");
  });
});
