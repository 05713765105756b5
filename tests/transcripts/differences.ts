/**
 * What is done in another way than Kamal does it, on purpose; each has its reason.
 *
 * @module
 */

/** A difference: what it takes from or adds to the lines of either. */
export interface Difference {
  /** Why. */
  readonly why: string;
  /** What becomes of Kamal's lines. */
  readonly kamal?: (lines: readonly string[]) => readonly string[];
  /** What becomes of ours. */
  readonly ours?: (lines: readonly string[]) => readonly string[];
}

/** Name of a difference. */
export type DifferenceName = keyof typeof DIFFERENCES;

/** Every difference, by name. */
export const DIFFERENCES = {
  "labels and an id file of ours": {
    why: "by them a plan knows what a container was run with, and a route its container",
    ours: each((line) =>
      line.replaceAll(/ (--cidfile=\S+|--label=sextant\.\S+|\$SEXTANT_ENV)/g, "")
    ),
  },
  "files of ours": {
    why: "what plans are made from stands below sextant/, where Kamal does not look",
    ours: without(/ file \.kamal\/apps\/[^/]+\/sextant\//),
  },
  "a quiet audit log": {
    why: "it names what changed for users, not each pull, tag, rename and pruning",
    kamal: without(/ audit (\[\w+\] )?(Pulled image|Tagging|Pruned|Renaming|Pull )/),
  },
  "one audit line for all roles": {
    why: "a command is one line on a host",
    kamal: each((line) => line.replace(/ audit \[\w+\] (Stopped app)$/, " audit $1")),
  },
  "all of the health check is told": {
    why: "kamal-proxy's own defaults may change",
    ours: each((line) =>
      line.replaceAll(/ --health-check-(interval=1s|path=\/up|timeout=5s)(?= |$)/g, "")
    ),
    kamal: each((line) => line.replaceAll(/ --health-check-(interval=1s|path=\/up)(?= |$)/g, "")),
  },
  "fewer logins": {
    why: "a host logs in where it pulls",
    kamal: without(/ login /),
    ours: without(/ login /),
  },
  "what cannot be had is found before anything is touched": {
    why: "an image that is not there is pulled by itself, once there is room for it",
    ours: without(/ pull (adminer|mysql|basecamp\/kamal-proxy):/),
  },
  "the network where it is used": {
    why: "a host without containers of it needs none",
    kamal: without(/^[34] network /),
  },
  "a removal is told once": {
    why: "whoever removes something stops it as well, with its images and files",
    kamal: without(/ audit .*(Stopped|Removed?) /),
    ours: without(/ audit Removed /),
  },
  "stopping stale containers is told": {
    why: "it changes what runs",
    ours: without(/ audit Stopped stale containers$/),
  },
  "pruning is told once, where something was pruned": {
    why: "an audit line says what has changed",
    kamal: (lines) =>
      lines.filter((line) => !/(^4 audit Pruned| audit Pruned images$)/.test(line))
        .map((line) => line.replace(/(audit Pruned containers)$/, "$1 and images")),
  },
  "a start is told without its version": {
    why: "roles may start different ones",
    kamal: each((line) => line.replace(/ audit (Started app) version \S+$/, " audit $1")),
  },
  "what serves, not what is called latest": {
    why: "the tag may have moved since, and a version has a name that can be gone back to",
    kamal: (lines) =>
      lines.filter((line) => !/ container shop-\w+-oldver down$/.test(line))
        .map((line) =>
          line.replace(/container (shop-\w+)-latest up/, "container $1-oldver_replaced_* down")
            .replaceAll(/(shop-\w+)-latest/g, "$1-oldver")
            .replaceAll(/(exec|assets\/volumes\/web)-latest/g, "$1-oldver")
            .replace(/KAMAL_VERSION=latest/, "KAMAL_VERSION=oldver")
            .replace(/shop:latest( as| ls| bin|$)/, "shop:oldver$1")
            .replace(/tag (\S+) as \S+$/, "tag $1 as ghcr.io/acme/shop:latest")
            .replace(/version latest$/, "version oldver")
        ),
  },
  "a command runs as the app does": {
    why: "it may ask for its version and host",
    ours: each((line) => line.replaceAll(/ (--env=KAMAL_\S+|\$SEXTANT_ENV)/g, "")),
  },
  "all hosts are followed": {
    why: "a request may have come to any of them",
    ours: without(/^[23] docker logs /),
  },
  "accessories go on": {
    why: "they need another network, not another container",
    kamal: (lines) =>
      lines.filter((line) =>
        !/ (audit|docker run|container|file|login) .*(db|admin|mysql|ghcr\.io$)/.test(line)
      ),
    ours: without(/ (login|member) /),
  },
  "kamal-proxy starts before it has the ports": {
    why: "so that no request is lost while Traefik's successor gets its routes",
    ours: without(/ docker run .*kamal-proxy run$/),
  },
  "nothing is told of hosts without a proxy": {
    why: "an audit line says what has changed",
    kamal: without(/^[34] audit Rebooted proxy$/),
  },
  "no change where nothing has changed": {
    why: "a version that serves as it is configured is not replaced",
    kamal: () => [],
  },
  "the lock comes first": {
    why: "nobody else changes a host meanwhile",
    ours: without(/ lock /),
  },
  "no line before something is done": {
    why: "a pull that fails has changed nothing",
    kamal: without(/ audit Pulled /),
  },
  "no lock where there is nothing to do": {
    why: "what does nothing keeps nobody waiting",
    kamal: without(/ lock /),
  },
  "no lock before there is Docker": {
    why: "two installations at once are one",
    kamal: without(/ lock /),
  },
} as const satisfies Readonly<Record<string, Difference>>;

function each(change: (line: string) => string) {
  return (lines: readonly string[]): readonly string[] => lines.map(change);
}

function without(pattern: RegExp) {
  return (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => !pattern.test(line));
}
