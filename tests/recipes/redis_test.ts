import "../sanitizers.ts";
import { deploy } from "@sextant/deploy";
import { redis } from "@sextant/deploy/recipes";
import { assertEquals } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";

const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"] });

Deno.test("redis() is an accessory that keeps its data and has its health watched", async () => {
  const spec = app.use(redis({ name: "cache", role: "web" })).toSpec();
  const [cache] = (await resolveConfig(spec)).accessories;
  assertEquals([cache?.service, cache?.image, cache?.cmd], [
    "shop-cache",
    "redis:8",
    "redis-server --appendonly yes",
  ]);
  assertEquals(cache?.directories.map((each) => [each.hostPath, each.containerPath]), [
    ["shop-cache/data", "/data"],
  ]);
  assertEquals(cache?.options["health-cmd"], "redis-cli ping | grep PONG");
  assertEquals(cache?.publish, undefined);
});

Deno.test("redis() takes version, port and folder", async () => {
  const options = { name: "cache", role: "web", version: "7", port: 6379, directory: "/mnt" };
  const spec = app.use(redis({ ...options, role: "web" })).toSpec();
  const [cache] = (await resolveConfig(spec)).accessories;
  assertEquals([cache?.image, cache?.publish], ["redis:7", "6379:6379"]);
  assertEquals(cache?.directories[0]?.hostPath, "/mnt");
});

Deno.test("redis() checks its role", () => {
  // @ts-expect-error the deployment has no role "job"
  app.use(redis({ name: "cache", role: "job" }));
});
