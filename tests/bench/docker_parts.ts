/**
 * What Docker itself needs to switch a version: the least that a deploy can take.
 *
 * @module
 */

import type { Lab } from "../lab/lab.ts";

/** The parts, in order: the image comes, its container starts, kamal-proxy finds it healthy, the old one ends. */
export const DOCKER_PARTS = ["pull", "run", "health", "drain"] as const;

/** Seconds of each part. */
export type DockerParts = Readonly<Record<typeof DOCKER_PARTS[number], number>>;

/** Shell text that switches a host to a version and prints what each part took. */
export function partsText(lab: Lab, version: string, before: string): string {
  const image = `${lab.registry.address}/acme/floor:${version}`;
  const name = `floor-web-${version}`;
  return `part() { n=$1; shift; s=$(date +%s%N); "$@" >/dev/null || exit 1; echo "$n $((($(date +%s%N) - s) / 1000))"; }
part pull docker pull -q ${image}
part run docker run --detach --restart unless-stopped --name ${name} --network kamal --log-opt max-size=10m --label service=floor --label role=web --label destination ${image}
id=$(docker inspect -f '{{.Id}}' ${name} | cut -c1-12)
part health docker exec kamal-proxy kamal-proxy deploy floor-web --target "$id:80" --host floor.test --health-check-interval 1s --deploy-timeout 30s --drain-timeout 30s
part drain docker stop floor-web-${before}`;
}

/** Reads what the shell text printed. */
export function readParts(text: string): DockerParts {
  const micros = new Map(
    text.trim().split("\n").map((line) => line.split(" ") as [string, string]),
  );
  const seconds = DOCKER_PARTS.map((part) => [part, Number(micros.get(part)) / 1e6] as const);
  return Object.fromEntries(seconds) as Record<typeof DOCKER_PARTS[number], number>;
}

/** Seconds of all parts together. */
export function sumOf(parts: DockerParts): number {
  return DOCKER_PARTS.reduce((sum, part) => sum + parts[part], 0);
}
