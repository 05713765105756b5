import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { Deployment } from "./deployment.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { HOSTS } from "../exec/fleets.ts";
import { shop } from "./configs.ts";

Deno.test("planTraefik() runs Kamal 1's hooks around a reboot, and around nothing else", async () => {
  const ran: string[] = [];
  const hook = ({ name, hosts }: { name: string; hosts: readonly string[] }): void =>
    void ran.push(`${name} ${hosts.join(" ")}`);
  const hooks = { "pre-traefik-reboot": hook, "post-traefik-reboot": hook };
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const fleet = new SimulatedFleet({ hosts, images: ["traefik:v2.11"] });
  const deployment = new Deployment(fleet, await shop({ traefik: {} }), { hooks });
  await deployment.do({ name: "setup" }, "v1");
  await deployment.do({ name: "traefik restart" }, "v1");
  assertEquals(ran, []);
  const { report } = await deployment.do({ name: "traefik reboot" }, "v1");
  assertEquals(report.failures, []);
  assertEquals(ran, [
    "pre-traefik-reboot 10.0.0.1 10.0.0.2",
    "post-traefik-reboot 10.0.0.1 10.0.0.2",
  ]);
});
