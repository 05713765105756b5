import "../sanitizers.ts";
import { deploy } from "@sextant/deploy";
import { staticSite } from "@sextant/deploy/recipes";
import { assertEquals, assertThrows } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { ConfigError } from "../../sdk/errors.ts";

const app = deploy("handbook").image("acme/handbook");

Deno.test("staticSite() is a web role behind the proxy, over HTTPS", async () => {
  const site = app.use(staticSite({ servers: ["10.0.0.1"], host: "handbook.acme.dev" }));
  const config = await resolveConfig(site.toSpec());
  const [web] = config.roles;
  assertEquals([web?.name, web?.hosts], ["web", ["10.0.0.1"]]);
  assertEquals(web?.proxy?.hosts, ["handbook.acme.dev"]);
  assertEquals([web?.proxy?.appPort, web?.proxy?.ssl, web?.proxy?.healthcheck.path], [
    80,
    true,
    "/",
  ]);
  assertEquals(config.drainTimeout, 5);
});

Deno.test("staticSite() leaves HTTPS to a load balancer in front of several servers", async () => {
  const options = { servers: ["10.0.0.1", "10.0.0.2"], host: "handbook.acme.dev" };
  const config = await resolveConfig(app.use(staticSite(options)).toSpec());
  assertEquals(config.roles[0]?.proxy?.ssl, false);
});

Deno.test("staticSite() takes another port and health path", async () => {
  const options = {
    servers: ["a"],
    host: "h.dev",
    ssl: false,
    appPort: 8080,
    healthcheckPath: "/x",
  };
  const [web] = (await resolveConfig(app.use(staticSite(options)).toSpec())).roles;
  const { appPort, ssl, healthcheck } = web!.proxy!;
  assertEquals([appPort, ssl, healthcheck.path], [8080, false, "/x"]);
});

Deno.test("staticSite() declares the role web, so that accessories can stand beside it", () => {
  const site = app.use(staticSite({ servers: ["a"], host: "h.dev" }));
  assertEquals(site.accessory("log", { image: "a", role: "web" }).toSpec().accessories, {
    log: { image: "a", role: "web" },
  });
  assertThrows(() => site.servers({ web: ["b"] }), ConfigError);
});
