import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { HostState } from "../../sdk/observe/host_state.ts";
import { parseProbe } from "../../sdk/observe/parse.ts";
import { checkScript, probeScript } from "../../sdk/observe/probe.ts";
import { labTest, up } from "../lab/lab.ts";

const SCOPE = { service: "shop", labels: ["shop", "shop-db"] };

// Names the same engine in a way that only the docker client follows.
const BY_CLIENT = "DOCKER_HOST=unix:///run/docker.sock; export DOCKER_HOST\n";

labTest("the probe tells the same by the Engine's API and by the docker client", async (t) => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const image = await lab.buildImage("healthy", "acme/shop:v1", { labels: { service: "shop" } });
  const label = "--label service=shop --label role=web --label destination";
  await host.must(`docker network create kamal
docker run -d --name kamal-proxy --network kamal -p 80:80 -v kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy basecamp/kamal-proxy:v0.9.2
docker run -d --name shop-web-v1 --network kamal ${label} ${image}
docker run -d --name stranger --label service=other ${image}
docker run --name shop-web-v0 ${label} ${image} sh -c 'exit 4' || true
docker exec kamal-proxy kamal-proxy deploy shop-web --target shop-web-v1:80 --host shop.test
mkdir -p .kamal/apps/shop/env/roles; echo A=1 >.kamal/apps/shop/env/roles/web.env`);
  const probe = async (prefix: string): Promise<HostState> =>
    parseProbe("host1", await host.must(prefix + probeScript(SCOPE)));
  const state = await probe("");

  await t.step("every fact but the fraction of a second", async () => {
    const byClient = await probe(BY_CLIENT);
    assertEquals(comparable(state), comparable(byClient));
    assertEquals(state.docker.status, "running");
    const web = state.containers.find(({ name }) => name === "shop-web-v1")!;
    assertEquals(web.labels, { service: "shop", role: "web", destination: "" });
    assertEquals(state.containers.find(({ name }) => name === "shop-web-v0")?.exitCode, 4);
    assertEquals(state.routes.map(({ service, hosts }) => [service, hosts]), [["shop-web", [
      "shop.test",
    ]]]);
    assertEquals(Object.keys(state.files), [".kamal/apps/shop/env/roles/web.env"]);
  });

  await t.step("a check passes by either way while nothing of ours moves", async () => {
    const check = checkScript(SCOPE, {
      hash: state.hash,
      routesFile: state.routesFile,
      status: 79,
    });
    for (const prefix of ["", BY_CLIENT]) {
      assertEquals(await host.exec(`${prefix}${check}`), NOTHING);
    }
    await host.must("docker stop stranger");
    assertEquals(await host.exec(check), NOTHING);
  });

  await t.step("and fails with the new probe once something does", async () => {
    await host.must("docker stop shop-web-v1");
    const check = checkScript(SCOPE, {
      hash: state.hash,
      routesFile: state.routesFile,
      status: 79,
    });
    const { code, stdout } = await host.exec(check);
    assertEquals(code, 79);
    assertEquals(
      parseProbe("host1", stdout).containers.find(({ name }) => name === "shop-web-v1")?.running,
      false,
    );
    assertStringIncludes(stdout, "~h ");
  });
});

const NOTHING = { code: 0, stdout: "", stderr: "" };

/** A state without what the two ways tell differently: times to the second, and the engine's words for a digest. */
function comparable(state: HostState): unknown {
  return {
    ...state,
    freeKiB: 0,
    containers: state.containers.map((container) => ({ ...container, startedAt: "" })),
  };
}
