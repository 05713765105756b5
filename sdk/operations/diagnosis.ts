/**
 * What a host found out about a container that did not become ready: plain facts, nothing decided.
 *
 * @module
 */

/** What was found out about a container that did not become ready. */
export interface Diagnosis {
  /** Whether it exited, or ran without becoming healthy. */
  readonly ended: "exited" | "unhealthy";
  /** Exit status of a container that exited. */
  readonly exitCode: number | undefined;
  /** Docker's status of it when it was looked at, such as `running`; `undefined` where nobody could say. */
  readonly status: string | undefined;
  /** Whether the kernel killed it for its memory. */
  readonly outOfMemory: boolean;
  /** How often Docker restarted it. */
  readonly restarts: number;
  /** What the health path answered when it was asked as kamal-proxy asks; `undefined` where nobody asked. */
  readonly answer: HealthAnswer | undefined;
  /** What it answered when it was asked by its public host name; asked only where the other answer was a 4xx. */
  readonly answerByHost: HealthAnswer | undefined;
  /** Where TCP is listened inside, such as `0.0.0.0:3000`; `undefined` where nobody could say. */
  readonly listens: readonly string[] | undefined;
  /** Docker's own health check; `undefined` for an image without one. */
  readonly healthcheck: HealthcheckResult | undefined;
  /** For which machines image and host are; `undefined` where nobody could say. */
  readonly architecture: Architectures | undefined;
  /** Names of the variables that the last version's container has and this one lacks. */
  readonly missingEnv: readonly string[];
  /** Free space in KiB where there is least; `undefined` where nobody could say. */
  readonly freeKiB: number | undefined;
  /** Last lines of its log, 100 at most. */
  readonly log: readonly string[];
}

/** One answer of a health path. */
export interface HealthAnswer {
  /** HTTP status; `undefined` where there was no answer. */
  readonly status: number | undefined;
  /** Seconds until the answer, or until it was no longer waited for; 0 where the host could not measure. */
  readonly seconds: number;
  /** Where a redirect leads, without the container's own address. */
  readonly location: string | undefined;
  /** Why there was no answer: nobody listens, it took too long, or the connection broke. */
  readonly problem: "refused" | "timeout" | "broken" | undefined;
}

/** Where Docker's own health check stands. */
export interface HealthcheckResult {
  /** `starting`, `unhealthy` or `healthy`. */
  readonly status: string;
  /** Exit status of the last check; 0 where there was none yet. */
  readonly exitCode: number;
  /** What the last check said. */
  readonly output: readonly string[];
}

/** Architectures as Docker names them, such as `amd64`. */
export interface Architectures {
  /** Of the image. */
  readonly image: string;
  /** Of the host. */
  readonly host: string;
  /** Whether the host emulates other machines. */
  readonly emulates: boolean;
}

/** Reads what a failed wait printed. */
export function parseDiagnosis(stdout: string): Diagnosis {
  const lines = stdout.split("\n");
  const of = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const first = (word: string): string | undefined => of(word)[0]?.trim() || undefined;
  const [oom = "", restarts = "0"] = first("state")?.split(" ") ?? [];
  const exited = of("exited")[0];
  return {
    ended: exited === undefined ? "unhealthy" : "exited",
    exitCode: exited === undefined || exited === "" ? undefined : Number(exited),
    status: first("status"),
    outOfMemory: oom === "true" || lines.includes("oom"),
    restarts: Number(restarts),
    answer: parseAnswer(first("answer")),
    answerByHost: parseAnswer(first("by-host")),
    listens: lines.includes("listens") ? addressesOf(of("listens")) : undefined,
    healthcheck: parseHealthcheck(first("health"), of("check")),
    architecture: parseArchitecture(first("image"), first("machine"), of("emulates").length > 0),
    missingEnv: of("lacks"),
    freeKiB: leastOf(of("free")),
    log: of("log"),
  };
}

// What Go, and so Docker, calls the machines that `uname -m` names.
const MACHINES: Readonly<Record<string, string>> = Object.freeze({
  x86_64: "amd64",
  i386: "386",
  i686: "386",
  aarch64: "arm64",
  armv6l: "arm",
  armv7l: "arm",
});

// Docker's own name server listens inside of every container.
const DOCKER_DNS = "127.0.0.11";

const PROBLEMS: Readonly<Record<string, HealthAnswer["problem"]>> = Object.freeze({
  7: "refused",
  28: "timeout",
});

/** `<curl's exit status> <HTTP status> <seconds> <location>`. */
function parseAnswer(line: string | undefined): HealthAnswer | undefined {
  if (line === undefined) return undefined;
  const [exit = "", status = "", seconds = "", location = ""] = line.split(" ");
  const answered = Number(status) > 0 ? Number(status) : undefined;
  return {
    status: answered,
    seconds: Number(seconds) || 0,
    location: location || undefined,
    problem: answered === undefined ? PROBLEMS[exit] ?? "broken" : undefined,
  };
}

function parseHealthcheck(
  line: string | undefined,
  output: readonly string[],
): HealthcheckResult | undefined {
  if (line === undefined) return undefined;
  const [status = "", exitCode = "0"] = line.split(" ");
  return {
    status,
    exitCode: Number(exitCode),
    output: output.filter((text) => text.trim() !== ""),
  };
}

function parseArchitecture(
  image: string | undefined,
  machine: string | undefined,
  emulates: boolean,
): Architectures | undefined {
  if (image === undefined || machine === undefined) return undefined;
  return { image, host: MACHINES[machine] ?? machine, emulates };
}

function leastOf(numbers: readonly string[]): number | undefined {
  const known = numbers.map(Number).filter((number) => !Number.isNaN(number));
  return known.length === 0 ? undefined : Math.min(...known);
}

function addressesOf(encoded: readonly string[]): readonly string[] {
  const addresses = encoded.map(addressOf)
    .filter((address) => address !== undefined && !address.startsWith(`${DOCKER_DNS}:`));
  return [...new Set(addresses as readonly string[])].toSorted();
}

/** An address as `/proc/net/tcp` and `tcp6` have it: words of 32 bits in the machine's order, which is little endian. */
function addressOf(encoded: string): string | undefined {
  const [, words = "", port = ""] = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(encoded) ?? [];
  if (words === "") return undefined;
  const bytes = words.match(/.{8}/g)!.flatMap((word) =>
    word.match(/../g)!.toReversed().map((byte) => Number.parseInt(byte, 16))
  );
  return `${ipOf(bytes)}:${Number.parseInt(port, 16)}`;
}

function ipOf(bytes: readonly number[]): string {
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 && bytes[11] === 255;
  if (bytes.length === 4 || isMapped) return bytes.slice(-4).join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16),
  );
  // The URL parser writes an address in its short form.
  return new URL(`http://[${groups.join(":")}]`).hostname;
}
