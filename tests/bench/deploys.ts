/**
 * A warm deploy of two hosts against its floor: the same docker commands in a row, by one `ssh` per host.
 *
 * @module
 */

import { type Lab, up } from "../lab/lab.ts";
import { DOCKER_PARTS, type DockerParts, partsText, readParts, sumOf } from "./docker_parts.ts";
import { duration, line, median, must, timed } from "./figures.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const ROUNDS = 5;

/** Deploys by Sextant and by bare commands, in turn, on the LAN; then Sextant alone at 100 ms. */
export async function benchDeploys(): Promise<void> {
  await using lab = await up({ hosts: 2 });
  const bench = await Bench.begin(lab);
  const ours: number[] = [];
  const floor: number[] = [];
  const parts: DockerParts[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const [a, b, c] = [await bench.deploy(), await bench.floor(), await bench.dockerParts()];
    if (round === 0) continue;
    ours.push(a);
    floor.push(b);
    parts.push(c);
  }
  const ratio = median(ours.map((seconds, index) => seconds / floor[index]!));
  line(
    "warm deploy, 2 hosts, LAN / one ssh per host",
    `${duration(median(ours))} / ${duration(median(floor))} = ${ratio.toFixed(2)}`,
    "at most 1.35",
  );
  tellParts(ours, parts);
  line("exchanges per host", await bench.exchanges(), "5, 6 on the primary");
  await lab.delay(100);
  await bench.useDelayed();
  const far: number[] = [];
  for (let round = 0; round <= 3; round++) {
    const seconds = await bench.deploy();
    if (round > 0) far.push(seconds);
  }
  line(
    "warm deploy, 2 hosts, 100 ms round trip, cold connection",
    duration(median(far)),
    "at most 3.6 s",
  );
}

/** The wall time of a deploy beside what Docker needs by itself, part by part. */
function tellParts(ours: readonly number[], parts: readonly DockerParts[]): void {
  const sum = median(parts.map(sumOf));
  line(
    "the same / the sum of Docker's own parts",
    `${duration(median(ours))} / ${duration(sum)} = ${(median(ours) / sum).toFixed(2)}`,
    "",
  );
  for (const name of DOCKER_PARTS) {
    line(`  ${name}`, duration(median(parts.map((one) => one[name]))), "");
  }
}

class Bench {
  readonly #lab: Lab;
  readonly #project: string;
  #version = 0;
  #floor = "";

  private constructor(lab: Lab, project: string) {
    this.#lab = lab;
    this.#project = project;
  }

  static async begin(lab: Lab): Promise<Bench> {
    const bench = new Bench(lab, await lab.appFolder("healthy"));
    await bench.#writeDeployment(lab.hosts.map((host) => host.address));
    await bench.#sextant("setup", "--skip-push", "--version", await bench.#nextImage("shop"), "-y");
    bench.#floor = await bench.#nextImage("floor");
    await Promise.all(lab.hosts.map((host) => host.must(runText(lab, bench.#floor))));
    return bench;
  }

  /** A deploy by Sextant, the whole process; the image is in the registry. */
  async deploy(): Promise<number> {
    const version = await this.#nextImage("shop");
    return await timed(() => this.#sextant("deploy", "--skip-push", "--version", version, "-y"));
  }

  /** The same by bare commands. */
  async floor(): Promise<number> {
    const before = this.#floor;
    const version = this.#floor = await this.#nextImage("floor");
    return await timed(() =>
      Promise.all(
        this.#lab.hosts.map((host) =>
          must("ssh", {
            args: [
              "-F",
              `${this.#lab.home}/.ssh/config`,
              host.name,
              floorText(this.#lab, version, before),
            ],
          })
        ),
      )
    );
  }

  /** What Docker needs by itself for the same, on the host that takes longest; no SSH, nothing else at the same time. */
  async dockerParts(): Promise<DockerParts> {
    const before = this.#floor;
    const version = this.#floor = await this.#nextImage("floor");
    const all = await Promise.all(
      this.#lab.hosts.map(async (host) =>
        readParts(await host.must(partsText(this.#lab, version, before)))
      ),
    );
    return all.toSorted((a, b) => sumOf(b) - sumOf(a))[0]!;
  }

  /** Exchanges with each host in the last deploy, as it tells itself. */
  async exchanges(): Promise<string> {
    const version = await this.#nextImage("shop");
    const { stdout } = await this.#command("deploy", "--skip-push", "--version", version, "-y")
      .output();
    const told = [
      ...new TextDecoder().decode(stdout).matchAll(/(\d+(?: to \d+)?) exchanges per host/g),
    ];
    return told.at(-1)?.[1] ?? "not told";
  }

  /** Goes on by the delayed addresses. */
  async useDelayed(): Promise<void> {
    await this.#writeDeployment(this.#lab.hosts.map((host) => host.delayedAddress));
  }

  async #sextant(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#command(...args).output();
    if (code !== 0) {
      throw new Error(
        `sextant ${args.join(" ")} gave ${code}: ${new TextDecoder().decode(stderr)}`,
      );
    }
  }

  #command(...args: readonly string[]): Deno.Command {
    const { home, builder } = this.#lab;
    const cache = Deno.env.get("DENO_DIR") ??
      `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", CLI, ...args],
      cwd: this.#project,
      env: { HOME: home, PATH: builder.path, DOCKER_HOST: builder.dockerHost, DENO_DIR: cache },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async #nextImage(service: string): Promise<string> {
    const version = `v${++this.#version}`;
    await this.#lab.buildImage("healthy", `acme/${service}:${version}`, {
      version,
      labels: { service },
    });
    return version;
  }

  async #writeDeployment(hosts: readonly string[]): Promise<void> {
    await Deno.writeTextFile(
      `${this.#project}/deploy.ts`,
      `import { deploy } from "@sextant/deploy";
export default deploy("shop").image("acme/shop").registry({ server: "${this.#lab.registry.address}" })
  .servers({ web: ${JSON.stringify(hosts)} }).proxy({ host: "shop.test" });
`,
    );
  }
}

function runText(lab: Lab, version: string): string {
  const image = `${lab.registry.address}/acme/floor:${version}`;
  return `docker pull -q ${image} && c=$(docker run --detach --restart unless-stopped --name floor-web-${version} --network kamal --log-opt max-size=10m --label service=floor --label role=web --label destination ${image}) && docker exec kamal-proxy kamal-proxy deploy floor-web --target $(echo $c | cut -c1-12):80 --host floor.test --health-check-interval 1s --deploy-timeout 30s --drain-timeout 30s`;
}

function floorText(lab: Lab, version: string, before: string): string {
  const image = `${lab.registry.address}/acme/floor`;
  return `${
    runText(lab, version)
  } && docker stop floor-web-${before} && docker tag ${image}:${version} ${image}:latest && docker image prune --force --filter label=service=floor`;
}
