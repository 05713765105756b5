import "../sanitizers.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import { RUN_PROXY } from "../commands/samples.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { assertClear, scriptOf, untilAnswers } from "./proxy_scene.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("kamal-proxy is replaced without a gap, whatever goes wrong", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  const [host] = lab.hosts as [LabHost];
  const version = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);

  await t.step("a reboot under load loses no GET request", async () => {
    const before = await idOf(host);
    await host.must(askInside);
    const load = await Load.start({
      addresses: [host.address],
      host: "shop.test",
      isMixed: true,
      ratePerSecond: 150,
    });
    const { report } = await scene.run(app, { name: "proxy reboot" });
    const { sent, failures, repeated, posts, slowestMs } = await load.stop();
    const inside = await host.must("touch /tmp/stop; cat /tmp/inside; rm -f /tmp/stop");
    assertEquals(report?.failures, []);
    assertStringIncludes(report!.steps.map(({ stdout }) => stdout).join(""), "without a gap");
    assert(before !== await idOf(host));
    assertEquals(failures, {}, `of ${sent}`);
    assert(inside.split("\n").length > 10, inside);
    assertMatch(inside, /^(200\n)+$/);
    console.log(
      `  ${sent} requests, slowest ${slowestMs} ms, ${repeated} GET made twice; POST: ${
        JSON.stringify(posts)
      }`,
    );
    await assertOneProxy(host);
  });

  await t.step(
    "where the packet filter cannot redirect, connections wait or are refused",
    async () => {
      await host.must("mkdir -p /root/fake");
      for (
        const [refused, words] of [["DNAT", "while new connections waited"], ["-I", "short gap"]]
      ) {
        await refuseRules(host, refused!);
        const { code, stdout } = await host.exec(`PATH=/root/fake:$PATH; ${SWAP}`);
        assertEquals(code, 0);
        assertStringIncludes(stdout, words!);
        await assertOneProxy(host);
        assertEquals((await ask(host)).text, version);
      }
    },
  );

  await t.step("a login without root changes rules by a container", async () => {
    const user = "id() { echo 1000; }; sudo() { return 1; }";
    assertStringIncludes(await host.must(`${user}; ${SWAP}`), "without a gap");
    await assertOneProxy(host);
  });

  await t.step("a container that cannot run leaves the old one, and no rule", async () => {
    const bad = app.proxy({ run: { options: { nonsense: true } } });
    const { report } = await scene.run(bad, { name: "proxy reboot" });
    assertMatch(
      report!.failures[0]!.message,
      /kamal-proxy was not replaced: .*nonsense|docker run/,
    );
    assertEquals((await ask(host)).text, version);
    await assertOneProxy(host);
  });

  await t.step("a proxy that would lose its routes is not replaced", async () => {
    const state = "/home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state";
    const broken =
      `sed -e 's|"tls_certificate_path":""|"tls_certificate_path":"/none.pem"|' -e 's|"tls_private_key_path":""|"tls_private_key_path":"/none.pem"|' -e 's|"tls_enabled":false|"tls_enabled":true|'`;
    await host.must(`docker exec kamal-proxy sh -c 'cp ${state} /tmp/state'`);
    await host.must(
      `docker exec kamal-proxy cat /tmp/state | ${broken} | docker exec -i kamal-proxy sh -c 'cat >${state}'`,
    );
    const { code, stderr } = await host.exec(SWAP);
    assertEquals(code, 1);
    assertMatch(stderr, /none\.pem: no such file/);
    assertMatch(stderr, /the new container does not route shop-web/);
    assertEquals((await ask(host)).text, version);
    await assertOneProxy(host);
    await host.must(`docker exec kamal-proxy sh -c 'cat /tmp/state >${state}'`);
  });

  await t.step(
    "a reboot that was killed goes on serving, and the next run clears it away",
    async () => {
      await host.must(`cat >swap.sh <<'END_OF_SCRIPT'\n${SWAP}\nEND_OF_SCRIPT`);
      await host.must(
        `setsid sh swap.sh >/dev/null 2>&1 & until docker container inspect kamal-proxy-old >/dev/null 2>&1; do sleep 0.05; done; kill -9 -$!`,
      );
      assertEquals((await ask(host)).text, version);
      const { report } = await scene.run(app, { name: "proxy boot" });
      assertEquals(report?.failures, []);
      assertEquals((await ask(host)).text, version);
      await assertOneProxy(host);
    },
  );
});

labTest(
  "kamal-proxy stops, starts, holds off traffic, and gets back routes that it lost",
  async (t) => {
    await using lab = await up({ hosts: 1 });
    const scene = await Scene.begin(lab);
    const app = scene.app();
    const [host] = lab.hosts as [LabHost];
    const version = await scene.release();
    assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
    const status = async (): Promise<number> => (await ask(host)).status;
    const done = async (verb: Parameters<typeof scene.run>[1], on = app): Promise<void> => {
      const { report } = await scene.run(on, verb);
      assertEquals(report?.failures, [], verb.name);
    };

    await t.step(
      "maintenance answers 503 with the message, over a deploy, until live",
      async () => {
        await done({ name: "app maintenance", message: "back soon" });
        const { status: code, text } = await ask(host);
        assertEquals(code, 503);
        assertStringIncludes(text, "back soon");
        await done({ name: "app boot" });
        assertEquals(await status(), 503);
        await done({ name: "app live" });
        assertEquals(await ask(host), { status: 200, text: version });
      },
    );

    await t.step("stop, start and restart", async () => {
      await done({ name: "proxy stop" });
      assertEquals(await running(host), [`shop-web-${version}`]);
      await done({ name: "proxy start" });
      await done({ name: "proxy restart" });
      await untilAnswers(host, version);
    });

    await t.step("a lost volume is filled again from the containers that run", async () => {
      await host.must("docker rm -f kamal-proxy && docker volume rm kamal-proxy-config");
      await done({ name: "proxy boot" });
      assertEquals((await ask(host)).text, version);
      await host.must(
        "docker exec kamal-proxy rm /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
      );
      await done({ name: "proxy reboot" });
      assertEquals((await ask(host)).text, version);
    });

    await t.step("the boot config of the host is what a reboot runs", async () => {
      await done({ name: "proxy boot-config set", httpPort: 8080, metricsPort: 9090 });
      await done({ name: "proxy reboot" });
      const ports = await host.must("docker port kamal-proxy");
      assertMatch(ports, /^80\/tcp -> 0\.0\.0\.0:8080$/m);
      await host.must("curl -sf -m 20 -H 'Host: shop.test' http://127.0.0.1:8080/version");
      await done({ name: "proxy boot-config reset" });
      await done({ name: "proxy reboot" });
      assertEquals((await ask(host)).text, version);
    });

    await t.step("ports are bound to the addresses that are named, or to none", async () => {
      await done({ name: "proxy reboot" }, app.proxy({ run: { bindIps: [host.address] } }));
      const bound = await host.must("docker port kamal-proxy 80");
      assertEquals(bound.trim(), `${host.address}:80`);
      await done({ name: "proxy reboot" }, app.proxy({ run: { publish: false } }));
      assertEquals((await host.must("docker port kamal-proxy")).trim(), "");
      await done({ name: "proxy reboot" });
      assertEquals((await ask(host)).text, version);
    });

    await t.step("what Kamal never tells kamal-proxy arrives there", async () => {
      const options = {
        canonicalHost: "shop.test",
        healthcheck: { host: "shop.test", port: 80 },
      };
      await done({ name: "app boot" }, app.proxy(options));
      const state = JSON.parse(
        await host.must(
          "docker exec kamal-proxy cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
        ),
      );
      const [{ options: service, target_options: { health_check_config: check } }] = state;
      assertEquals(
        [service.canonical_host, service.acme_directory, check.host, check.port],
        ["shop.test", "", "shop.test", 80],
      );
      await done({ name: "app boot" });
    });

    await t.step("it is not removed while it has routes, but by force", async () => {
      const refused = await assertRejects(
        () => scene.run(app, { name: "proxy remove" }),
        HostError,
      );
      assertEquals(refused.code, "PROXY_IN_USE");
      await done({ name: "proxy remove", force: true });
      assertEquals(await running(host), [`shop-web-${version}`]);
    });
  },
);

const SWAP = scriptOf({
  kind: "replace-proxy",
  run: RUN_PROXY,
  previous: RUN_PROXY.image,
  services: [],
});

/** Asks from within the host itself, by both of its own addresses, until told to stop. */
const askInside =
  `rm -f /tmp/stop /tmp/inside; (until [ -e /tmp/stop ]; do for to in 127.0.0.1 '[::1]'; do curl -s -m 20 -o /dev/null -w '%{http_code}\\n' -H 'Host: shop.test' "http://$to/version" >>/tmp/inside; done; done) >/dev/null 2>&1 &`;

function idOf(host: LabHost): Promise<string> {
  return host.must("docker inspect -f '{{.Id}}' kamal-proxy");
}

/** Asserts that one proxy runs, and that nothing is left of its replacement. */
async function assertOneProxy(host: LabHost): Promise<void> {
  const proxies = (await running(host)).filter((name) => name.startsWith("kamal-proxy"));
  assertEquals(proxies, ["kamal-proxy"]);
  await assertClear(host);
}

/** Makes the packet filter refuse rules with a word. */
async function refuseRules(host: LabHost, word: string): Promise<void> {
  for (const tool of ["iptables", "ip6tables"]) {
    const program =
      `#!/bin/sh\ncase " $* " in *" ${word} "*) exit 1 ;; esac\nexec /usr/sbin/${tool} "$@"\n`;
    await host.must(`cat >/root/fake/${tool} <<'END'\n${program}END\nchmod +x /root/fake/${tool}`);
  }
}
