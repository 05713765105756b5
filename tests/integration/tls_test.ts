import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deploy } from "../../sdk/deploy.ts";
import { ACME_PROXY_VERSION, startAcme } from "../lab/acme.ts";
import { labTest, up } from "../lab/lab.ts";
import { Scene } from "./scene.ts";

labTest("kamal-proxy serves HTTPS with a certificate that an authority gave it", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [typeof lab.hosts[number]];
  const authority = await startAcme(host);
  const run = { version: ACME_PROXY_VERSION, options: authority.proxyOptions };
  const appFor = (name: string) =>
    deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
      .servers({ web: [host.address] })
      .proxy({ host: name, ssl: true, sslStaging: true, run })
      .settings({ deployTimeout: 10, drainTimeout: 5 });
  const app = appFor("shop.test");
  const here = [80, 443].map((port) => `--resolve "*:${port}:${host.address}"`).join(" ");
  const curl = `curl -s -m 20 --cacert ${authority.root} -w " %{http_code}" ${here}`;
  const visit = async (url: string): Promise<string> =>
    (await host.exec(`${curl} ${url}/version`)).stdout.replaceAll("\n", "");
  const issued = async (): Promise<number> =>
    Number(await host.must("grep -c 'Issued certificate' acme/pebble.log || true"));
  let version = await scene.release();

  await t.step("the first deploy has it before the first visitor comes", async () => {
    const { report } = await scene.run(app, { name: "setup" });
    assertEquals([report?.failures, report?.warnings], [[], []]);
    assertEquals(await issued(), 1);
    assertEquals(await visit("https://shop.test"), `${version} 200`);
    assert((await visit("http://shop.test")).endsWith(" 301"));
  });

  await t.step("later versions and a proxy that is replaced keep it", async () => {
    await host.must(
      `sh -c 'until [ -e stop ]; do ${curl} -o /dev/null https://shop.test/up; echo; done' >visits 2>&1 </dev/null &`,
    );
    version = await scene.release();
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    assertEquals((await scene.run(app, { name: "proxy reboot" })).report?.failures, []);
    const visits = (await host.must("touch stop; cat visits")).split("\n");
    assertEquals([visits.length > 10, visits.filter((line) => line !== "" && line !== " 200")], [
      true,
      [],
    ]);
    assertEquals([await visit("https://shop.test"), await issued()], [`${version} 200`, 1]);
  });

  const [elsewhere] = lab.registry.address.split(":");
  await t.step(
    "a name that the authority does not find is warned of, with its reason",
    async () => {
      await host.must(
        `curl -sf -d '{"host": "lost.test.", "addresses": ["${elsewhere}"]}' http://127.0.0.1:8055/add-a`,
      );
      const { report } = await scene.run(appFor("lost.test"), { name: "deploy" });
      assertEquals([report?.outcome, report?.failures], ["done", []]);
      const [warning, ...others] = report!.warnings;
      assertEquals(others, []);
      assertStringIncludes(warning!.message, "kamal-proxy has no certificate for lost.test: acme");
      assertStringIncludes(warning!.hint!, "check DNS");
    },
  );
});
