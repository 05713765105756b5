import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { secret } from "../../sdk/config/secret.ts";
import { KAMAL_PROXY_IMAGE } from "../lab/kamal_proxy.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Scene } from "./scene.ts";

labTest("the proxy's image comes from a registry that asks for a login", async () => {
  const login = { username: "deployer", password: "right-$horse" };
  await using lab = await up({ hosts: 1, registryLogin: login });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [LabHost];
  const { address } = lab.registry;
  const image = `${address}/tools/kamal-proxy:v0.9.2`;
  await host.must(
    `printf %s '${login.password}' | docker login ${address} --username ${login.username} --password-stdin &&
docker tag ${KAMAL_PROXY_IMAGE} ${image} && docker push -q ${image} && docker rmi ${image} ${KAMAL_PROXY_IMAGE} && docker logout ${address}`,
  );
  const app = scene.app()
    .registry({ username: login.username, password: secret("REGISTRY_PASSWORD") })
    .proxy({ run: { registry: address, repository: "tools/kamal-proxy" } })
    .secrets({ fetch: () => Promise.resolve({ REGISTRY_PASSWORD: login.password }) });
  const { report } = await scene.run(app, { name: "proxy boot" });
  assertEquals(report?.failures, []);
  assertEquals(
    (await host.must("docker inspect -f '{{.Config.Image}}' kamal-proxy")).trim(),
    image,
  );
});
