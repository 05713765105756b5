import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { quote } from "../../sdk/command.ts";
import type { ProxyInput } from "../../sdk/config/proxy.ts";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { deployCall } from "../../sdk/operations/proxy_call.ts";
import { ACME_PROXY_VERSION, startAcme } from "../lab/acme.ts";
import { labTest, up } from "../lab/lab.ts";
import { Scene } from "./scene.ts";

labTest("kamal-proxy serves HTTPS with a certificate that an authority gave it", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [typeof lab.hosts[number]];
  const authority = await startAcme(host);
  const { directory: acmeDirectory, proxyOptions } = authority;
  const appWith = (proxy: ProxyInput) =>
    deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
      .servers({ web: [host.address] })
      .proxy({ host: "shop.test", ssl: true, run: { options: proxyOptions }, ...proxy })
      .settings({ deployTimeout: 10, drainTimeout: 5 });
  const app = appWith({ acmeDirectory });
  const here = [80, 443].map((port) => `--resolve "*:${port}:${host.address}"`).join(" ");
  const curl = `curl -s -m 20 --cacert ${authority.root} -w " %{http_code}" ${here}`;
  const visit = async (url: string): Promise<string> =>
    (await host.exec(`${curl} ${url}/version`)).stdout.replaceAll("\n", "");
  const issued = async (): Promise<number> =>
    Number(await host.must("grep -c 'Issued certificate' acme/pebble.log || true"));
  const state = async (): Promise<Service> =>
    JSON.parse(
      await host.must(
        "docker exec kamal-proxy cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
      ),
    )[0];
  const deployed = async (
    wanted: AnyDeploy,
    verb: "deploy" | "setup" = "deploy",
  ): Promise<void> => {
    const { report } = await scene.run(wanted, { name: verb });
    assertEquals([report?.failures, report?.warnings], [[], []]);
  };
  let version = await scene.release();

  await t.step("the first deploy has it before the first visitor comes", async () => {
    await deployed(app, "setup");
    assertEquals(await issued(), 1);
    assertEquals(await visit("https://shop.test"), `${version} 200`);
    assert((await visit("http://shop.test")).endsWith(" 301"));
    const { options } = await state();
    assertEquals([options.acme_directory, options.hosts], [acmeDirectory, ["shop.test"]]);
  });

  await t.step("later versions and a proxy that is replaced keep it", async () => {
    await host.must(
      `sh -c 'until [ -e stop ]; do ${curl} -o /dev/null https://shop.test/up; echo; done' >visits 2>&1 </dev/null &`,
    );
    version = await scene.release();
    await deployed(app);
    assertEquals((await scene.run(app, { name: "proxy reboot" })).report?.failures, []);
    const visits = (await host.must("touch stop; cat visits")).split("\n");
    assertEquals([visits.length > 10, visits.filter((line) => line !== "" && line !== " 200")], [
      true,
      [],
    ]);
    assertEquals([await visit("https://shop.test"), await issued()], [`${version} 200`, 1]);
    assertEquals((await state()).options.acme_directory, acmeDirectory);
  });

  await t.step("a deploy that is undone leaves the authority as it was", async () => {
    const before = await state();
    const failing = appWith({ ssl: false }).hook("post-app-boot", () => {
      throw new Error("not this time");
    });
    version = await scene.release();
    assertEquals((await scene.run(failing, { name: "deploy" })).report?.outcome, "failed");
    assertEquals(await state(), before);
  });

  await t.step("what kamal-proxy refuses ends as its own command line does", async () => {
    const flags = ["--host=other.test", "--tls", "--deploy-timeout=1s"];
    const target = `${(await host.must("docker ps -qf name=shop-web")).trim()}:81`;
    const call = deployCall({
      service: "other",
      targets: [{ word: '"$0"', isReader: false }],
      port: 81,
      flags: [...flags, `--tls-acme-directory=${acmeDirectory}`],
    });
    const called = await host.exec(`docker exec kamal-proxy sh -c ${quote(call)} ${target}`);
    const told = await host.exec(
      `docker exec kamal-proxy kamal-proxy deploy other --target ${target} ${flags.join(" ")}`,
    );
    assertEquals(called.code, 1);
    assertEquals(called, told);
  });

  const [elsewhere] = lab.registry.address.split(":");
  await t.step(
    "a name that the authority does not find is warned of, with its reason",
    async () => {
      await host.must(
        `curl -sf -d '{"host": "lost.test.", "addresses": ["${elsewhere}"]}' http://127.0.0.1:8055/add-a`,
      );
      const { report } = await scene.run(appWith({ acmeDirectory, host: "lost.test" }), {
        name: "deploy",
      });
      assertEquals([report?.outcome, report?.failures], ["done", []]);
      const [warning, ...others] = report!.warnings;
      assertEquals(others, []);
      assertStringIncludes(warning!.message, "kamal-proxy has no certificate for lost.test: acme");
      assertStringIncludes(warning!.hint!, "check DNS");
    },
  );

  await t.step(
    "Let's Encrypt's staging is told by the command line, and all else alike",
    async () => {
      await deployed(app);
      const { options, ...others } = await state();
      const count = await issued();
      const run = { version: ACME_PROXY_VERSION, options: proxyOptions };
      const staging = appWith({ sslStaging: true, run });
      assertEquals((await scene.run(staging, { name: "proxy reboot" })).report?.failures, []);
      await deployed(staging);
      assertEquals([await visit("https://shop.test"), await issued()], [
        `${version} 200`,
        count + 1,
      ]);
      const now = await state();
      const { acme_directory } = now.options;
      assertStringIncludes(String(acme_directory), `${acmeDirectory}?`);
      assertEquals(now, { ...others, options: { ...options, acme_directory } });
    },
  );
});

/** A service in kamal-proxy's state file. */
interface Service {
  readonly options: Readonly<Record<string, unknown>>;
}
