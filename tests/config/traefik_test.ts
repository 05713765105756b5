import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { problemsWith, resolveWith } from "./spec.ts";

Deno.test("resolveConfig() lets Traefik serve the roles that have traffic, as Kamal 1 labels them", async () => {
  const { roles, traefik } = await resolveWith({
    servers: { web: ["10.0.0.1"], jobs: ["10.0.0.1"] },
    proxy: { appPort: 3000 },
    traefik: {},
  });
  assertEquals(traefik?.image, "traefik:v2.11");
  assertEquals(traefik?.args, { "log.level": "DEBUG" });
  const [web, jobs] = roles;
  assertEquals([web?.proxy, web?.traefik], [undefined, { cord: "/tmp/kamal-cord" }]);
  assertEquals([jobs?.traefik, jobs?.labels, jobs?.options], [undefined, {}, {}]);
  assertEquals(web?.labels, {
    "traefik.http.services.shop-web.loadbalancer.server.scheme": "http",
    "traefik.http.routers.shop-web.rule": "PathPrefix(`/`)",
    "traefik.http.routers.shop-web.priority": "2",
    "traefik.http.middlewares.shop-web-retry.retry.attempts": "5",
    "traefik.http.middlewares.shop-web-retry.retry.initialinterval": "500ms",
    "traefik.http.routers.shop-web.middlewares": "shop-web-retry@docker",
  });
  assertEquals(web?.options, {
    "health-cmd":
      "(curl -f http://localhost:3000/up || exit 1) && (stat /tmp/kamal-cord/cord > /dev/null || exit 1)",
    "health-interval": "1s",
  });
});

Deno.test("resolveConfig() takes hosts, paths, cord and health command of Traefik from the deployment", async () => {
  const { roles } = await resolveWith({
    proxy: { hosts: ["a.dev", "b.dev"], pathPrefix: "/api" },
    traefik: { cord: false, healthCmd: "bin/healthy" },
    labels: { "traefik.http.routers.shop-web.priority": 9 },
  });
  const [web] = roles;
  const of = (name: string): string | undefined =>
    web?.labels[`traefik.http.routers.shop-web.${name}`];
  assertEquals(of("rule"), "(Host(`a.dev`) || Host(`b.dev`)) && (PathPrefix(`/api`))");
  assertEquals(of("priority"), "9");
  assertEquals(web?.options["health-cmd"], "bin/healthy");
  assertEquals(web?.traefik, { cord: undefined });
});

Deno.test("resolveConfig() refuses what kamal-proxy alone can do where Traefik serves", async () => {
  const problems = await problemsWith({
    proxy: { host: "a.dev", ssl: true, buffering: { requests: true } },
    traefik: {},
  });
  const message =
    "is kamal-proxy's, and traefik serves this app; tell Traefik by its args, or by labels of the role";
  assertEquals(problems, [`proxy.ssl: ${message}`, `proxy.buffering: ${message}`]);
});
