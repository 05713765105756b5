import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { withProject } from "../fixtures/project_folder.ts";

const KAMAL_1 = `service: shop
image: acme/shop
servers:
  web:
    hosts: [10.0.0.1]
  jobs:
    hosts: [10.0.0.2]
    traefik: true
traefik:
  image: traefik:v2.10
  host_port: 8080
  args:
    accesslog: true
  env:
    secret: [DNS_TOKEN]
healthcheck:
  path: /alive
  cmd: bin/alive
  cord: /var/cord
  interval: 3s
`;

Deno.test("loadDeployment() reads a file of Kamal 1 with Traefik", async () => {
  await withProject({ "config/deploy.yml": KAMAL_1 }, async (root) => {
    const { spec } = await loadDeployment({ root, env: {} });
    const { roles, traefik, secretNames } = await resolveConfig(spec);
    assertEquals(
      [traefik?.image, traefik?.hostPort, traefik?.args, traefik?.env.secret],
      ["traefik:v2.10", 8080, { accesslog: true }, { DNS_TOKEN: "DNS_TOKEN" }],
    );
    assertEquals(secretNames, ["DNS_TOKEN"]);
    for (const role of roles) {
      assertEquals([role.proxy, role.traefik], [undefined, { cord: "/var/cord" }]);
      assertEquals(role.options, {
        "health-cmd": "(bin/alive) && (stat /var/cord/cord > /dev/null || exit 1)",
        "health-interval": "3s",
      });
    }
  });
});

Deno.test("loadDeployment() asks the port of Kamal 1 where a file has traefik", async () => {
  const yaml = "service: shop\nimage: acme/shop\nservers: [10.0.0.1]\ntraefik: {}\n";
  await withProject({ "config/deploy.yml": yaml }, async (root) => {
    const { spec } = await loadDeployment({ root, env: {} });
    const [web] = (await resolveConfig(spec)).roles;
    assertEquals(
      web?.options["health-cmd"],
      "(curl -f http://localhost:3000/up || exit 1) && (stat /tmp/kamal-cord/cord > /dev/null || exit 1)",
    );
  });
});
