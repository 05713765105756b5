/**
 * What Kamal 2.12 was seen to leave on hosts, and what our plans for the same configurations leave there. Where we
 * differ on purpose: the lock's details say more, registries get passwords by standard input, images are pulled without
 * removing them first, and audit lines name what changed but not each pull, tag and pruning.
 */
import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { Verb } from "../../sdk/commander/verb.ts";
import { SimulatedFleet } from "../../sdk/testing.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { Deployment } from "../plan/deployment.ts";
import { configOf, fixture } from "./kamal_fixtures.ts";

/** A command that was watched, and the facts that other versions and tools rely on. */
interface Transcript {
  readonly fixture: string;
  /** Commands that were run before, with their versions. */
  readonly before?: readonly (readonly [Verb, string])[];
  readonly verb: Verb;
  readonly version: string;
  /** Words that stand in commands of the host, by host. */
  readonly facts: readonly (readonly [host: string, ...words: string[]])[];
  /** Words that stand in no command. */
  readonly absent?: readonly string[];
}

const SETUP = [{ name: "setup" }, "v1"] as const;

const TRANSCRIPTS: Readonly<Record<string, Transcript>> = {
  "setup with an accessory and env": {
    fixture: "deploy_with_cache",
    verb: { name: "setup" },
    version: "v1",
    facts: [
      [
        "10.0.0.1",
        "--name shop-web-v1",
        "--label service=shop",
        "--label role=web",
        "--label destination ",
      ],
      ["10.0.0.1", "--env-file .kamal/apps/shop/env/roles/web.env", "--env PRIMARY=1"],
      ["10.0.0.1", "kamal-proxy deploy shop-web", "--host=shop.lab", "--health-check-path=/up"],
      ["10.0.0.1", "--deploy-timeout=30s", "--drain-timeout=30s", "--health-check-interval=1s"],
      [
        "10.0.0.1",
        "docker run --name kamal-proxy --network kamal --detach --restart unless-stopped",
      ],
      [
        "10.0.0.1",
        "--publish 80:80 --publish 443:443 --log-opt max-size=10m",
        "basecamp/kamal-proxy",
      ],
      ["10.0.0.1", "--volume kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy"],
      ["10.0.0.1", "[dev@example.com] [web] Booted app version v1", ">> .kamal/shop-audit.log"],
      ["10.0.0.1", "docker tag 10.0.0.9:5000/shop:v1 10.0.0.9:5000/shop:latest"],
      ["10.0.0.1", "lock .kamal/lock-shop"],
      ["10.0.0.2", "mkdir -p shop-cache/data"],
      ["10.0.0.2", "shop-cache/etc/cache.conf", "chmod 755 shop-cache/etc/cache.conf"],
      [
        "10.0.0.2",
        "DB_PASSWORD=[DB_PASSWORD]",
        ".kamal/apps/shop/env/accessories/cache.env",
        "umask 077",
      ],
      [
        "10.0.0.2",
        "--name shop-cache",
        "--label service=shop-cache",
        "--publish 127.0.0.1:6380:80",
      ],
      [
        "10.0.0.2",
        '"$PWD"/shop-cache/etc/cache.conf:/etc/cache.conf',
        '"$PWD"/shop-cache/data:/data',
      ],
      ["10.0.0.2", "[dev@example.com] Booted cache accessory", ">> .kamal/shop-audit.log"],
    ],
    absent: ["10.0.0.2$ docker run --env PRIMARY"],
  },
  "deploy with roles": {
    fixture: "deploy_with_quotes",
    before: [SETUP],
    verb: { name: "deploy" },
    version: "v2",
    facts: [
      [
        "10.0.0.1",
        "--name shop-web-v2",
        "--env KAMAL_CONTAINER_NAME=shop-web-v2",
        "--env KAMAL_HOST=10.0.0.1",
      ],
      ["10.0.0.2", "--name shop-job-v2", "--memory 64m", "--label role=job", "/bin/sh -c "],
      ["10.0.0.1", "stop", "shop-web-v1"],
      ["10.0.0.2", "docker stop -t 30", "shop-job-v1"],
      ["10.0.0.2", "[dev@example.com] [job] Booted app version v2"],
    ],
    absent: ["kamal-proxy deploy shop-job"],
  },
  "app stop": {
    fixture: "deploy_with_cache",
    before: [SETUP],
    verb: { name: "app stop" },
    version: "v1",
    facts: [
      ["10.0.0.1", "kamal-proxy remove shop-web"],
      ["10.0.0.1", "docker stop shop-web-v1"],
      ["10.0.0.1", "[dev@example.com] Stopped app"],
    ],
  },
  "app logs": {
    fixture: "deploy_with_cache",
    before: [SETUP],
    verb: { name: "app logs", lines: 5 },
    version: "v1",
    facts: [["10.0.0.1", "docker logs --timestamps --tail 5 shop-web-v1 2>&1"]],
  },
  "app exec in a new container": {
    fixture: "deploy_as_documented",
    before: [SETUP],
    verb: { name: "app exec", cmd: "ls" },
    version: "v1",
    facts: [
      [
        "10.0.0.1",
        "docker run --rm --name shop-web-exec-v1-",
        "--network kamal",
        "--volume /data:/data",
      ],
      ["10.0.0.1", "--env A=1", "--env-file .kamal/apps/shop/env/roles/web.env", "shop:v1 ls"],
      ["10.0.0.2", "--env REGION=eu"],
      ["10.0.0.3", "--name shop-job-exec-v1-", "--memory 2g"],
      ["10.0.0.1", "--name shop-web-exec-v1-", "--log-opt max-size=10m"],
    ],
    absent: ["--restart"],
  },
  "accessory remove": {
    fixture: "deploy_with_cache",
    before: [SETUP],
    verb: { name: "accessory remove", accessory: "cache" },
    version: "v1",
    facts: [["10.0.0.2", "shop-cache"], ["10.0.0.2", "rm -rf shop-cache"]],
    absent: ["kamal-proxy remove shop-web", "shop-web-v1"],
  },
};

for (const [title, transcript] of Object.entries(TRANSCRIPTS)) {
  Deno.test(`planFor() comes to what Kamal's transcript has: ${title}`, async () => {
    const deployment = await deploymentOf(transcript);
    const text = renderCommands(await deployment.plan(transcript.verb, transcript.version));
    const lines = text.split("\n");
    for (const [host, ...words] of transcript.facts) {
      const isThere = lines.some((line) =>
        line.includes(` ${host}`) && words.every((word) => line.includes(word))
      );
      assert(isThere, `${host} has no command with ${words.join(" and ")} in\n${text}`);
    }
    for (const words of transcript.absent ?? []) {
      assert(!text.includes(words), `${words} in\n${text}`);
    }
  });
}

async function deploymentOf({ fixture: name, before = [] }: Transcript): Promise<Deployment> {
  const config = await configOf(fixture(name));
  const fleet = new SimulatedFleet({
    hosts: Object.fromEntries(config.hosts.map(({ name }) => [name, {}])),
    images: config.accessories.map(({ image }) => image),
  });
  const deployment = new Deployment(fleet, config);
  for (const [verb, version] of before) {
    const { report } = await deployment.do(verb, version);
    assertEquals(report.failures, []);
  }
  return deployment;
}
