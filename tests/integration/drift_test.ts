import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { labTest, up } from "../lab/lab.ts";
import { KamalHost } from "./kamal_host.ts";
import { Scene } from "./scene.ts";

labTest(
  "drift names every setting in which what runs differs from the configuration",
  async (t) => {
    await using lab = await up({ hosts: 1 });
    const scene = await Scene.begin(lab);
    const host = lab.hosts[0]!;
    const image = await lab.buildImage("healthy", "acme/db:1");
    await scene.write(".kamal/secrets", 'KEY=one two\nTOKEN=it\'s "$9"\n', 0o600);
    const appWith = (team: string): AnyDeploy =>
      deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
        .servers({
          web: {
            hosts: [host.address],
            options: { memory: "256m", cpus: 1.5 },
            labels: { team },
            logging: { driver: "json-file", options: { "max-size": "5m" } },
          },
        })
        .env({ clear: { PLACE: "world", SPACED: "a b\nc" }, secret: ["KEY", "TOKEN"] })
        .volumes(["/tmp:/host-tmp:ro", "data:/data"])
        .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
        .accessory("db", {
          image,
          host: host.address,
          port: "127.0.0.1:5432:80",
          env: { clear: { USER: "shop" }, secret: ["KEY"] },
          directories: ["data:/var/lib/data"],
        })
        .settings({ deployTimeout: 10, drainTimeout: 2 });
    const drift = async (app: AnyDeploy): Promise<readonly (string | undefined)[][]> => {
      const { answer } = await scene.run(app, { name: "drift" });
      assert(answer?.type === "drift");
      return answer.differences.map((
        { role, field, wanted, found },
      ) => [role, field, wanted, found]);
    };
    const version = await scene.release();
    assertEquals((await scene.run(appWith("a"), { name: "setup" })).report?.failures, []);

    await t.step("none after a deploy", async () => {
      assertEquals(await drift(appWith("a")), []);
    });

    await t.step("what docker changed since, and what left the accessory", async () => {
      await host.must(
        `docker update --memory 512m --memory-swap -1 --cpus 0.5 shop-web-${version}`,
      );
      await host.must(`docker update --restart on-failure:3 --pids-limit 100 shop-web-${version}`);
      await host.must(
        `docker network create other && docker network connect other shop-web-${version}`,
      );
      await host.must("docker stop shop-db");
      assertEquals(await drift(appWith("a")), [
        ["web", "options.memory", "256m", "512m"],
        ["web", "options.cpus", "1.5", "0.5"],
        ["web", "options.pids-limit", undefined, "100"],
        ["web", "restart", "unless-stopped", "on-failure:3"],
        ["web", "networks", "kamal", "kamal, other"],
        ["db", "container", "runs", undefined],
      ]);
      await host.must("docker start shop-db");
    });

    await t.step("which secret has another value, and never which value", async () => {
      await scene.run(appWith("a"), { name: "app boot" });
      await scene.write(".kamal/secrets", 'KEY=two words\nTOKEN=it\'s "$9"\n', 0o600);
      assertEquals(await drift(appWith("a")), [
        ["web", "secrets.KEY", "today's value", "another value"],
        ["db", "secrets.KEY", "today's value", "another value"],
      ]);
      assert(!JSON.stringify(scene.events).includes("one two"));
      await scene.write(".kamal/secrets", 'KEY=one two\nTOKEN=it\'s "$9"\n', 0o600);
    });

    await t.step("what the configuration says otherwise now", async () => {
      const app = appWith("b").env({ clear: { MORE: "1" } }).volumes(["more:/more"]);
      assertEquals((await drift(app)).filter(([role]) => role === "web"), [
        ["web", "env.MORE", "1", undefined],
        ["web", "labels.team", "b", "a"],
        [
          "web",
          "volumes",
          "/tmp:/host-tmp:ro, data:/data, more:/more",
          "/tmp:/host-tmp:ro, data:/data",
        ],
      ]);
    });

    await t.step("what Kamal ran is compared by what it is", async () => {
      const repository = `${lab.registry.address}/acme/shop`;
      await lab.buildImage("healthy", "acme/shop:k1", { labels: { service: "shop" } });
      const kamal = new KamalHost(host, { repository, host: "shop.test" });
      await kamal.boot({ role: "web", version: "k1" });
      const found = (await drift(appWith("a"))).filter(([role, field]) =>
        role === "web" && !field!.startsWith("route.")
      );
      assertEquals(found.map(([, field, wanted, found]) => [field, wanted, found]), [
        ["env.PLACE", "world", undefined],
        ["env.SPACED", "a b\nc", undefined],
        ["secrets.KEY", "today's value", "another value"],
        ["secrets.TOKEN", "set", undefined],
        ["env.A", undefined, "set"],
        ["labels.team", "a", undefined],
        ["options.memory", "256m", undefined],
        ["options.cpus", "1.5", undefined],
        ["volumes", "/tmp:/host-tmp:ro", undefined],
        ["volumes", "data:/data", undefined],
        ["logging.options.max-size", "5m", "10m"],
      ]);
    });
  },
);
