/**
 * Finds a Go toolchain, or fetches one.
 *
 * @module
 */

import { installFromDebian } from "./apt.ts";
import { cached, cacheFolder, withScratch } from "./cache.ts";
import { exists, LabError, run, SYSTEM_PATH } from "./shell.ts";

/** A Go toolchain that can be started. */
export interface Go {
  /** Full path of the `go` program. */
  readonly path: string;
  /** Variables it is started with. */
  readonly env: Readonly<Record<string, string>>;
}

// Older ones cannot switch to the toolchain that a module asks for.
const OLDEST_MINOR = 21;
const FETCHED = "1.26.0";

/**
 * Gives the machine's Go, or Debian's together with a newer toolchain from the Go module proxy.
 *
 * @throws {LabError} If neither can be had.
 */
export async function goProgram(): Promise<Go> {
  for (const path of candidates()) {
    if (await exists(path) && await minor(path) >= OLDEST_MINOR) return goAt(path);
  }
  return await fetchedGo();
}

/** Gives the program of a package such as `example.com/tool/cmd/tool`; the first call builds it. */
export async function goInstalled(name: string, module: string): Promise<string> {
  const version = module.slice(module.lastIndexOf("@") + 1);
  return await cached(`${name}-${version}-${Deno.build.arch}`, async (path) => {
    const go = await goProgram();
    await withScratch(async (folder) => {
      await run(go.path, ["install", "-trimpath", "-ldflags", "-s -w", module], {
        env: { ...go.env, GOBIN: folder, CGO_ENABLED: "0" },
      });
      await Deno.copyFile(`${folder}/${name}`, path);
    });
    await Deno.chmod(path, 0o755);
  });
}

function candidates(): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return [...folders, "/usr/local/go/bin", "/usr/bin"].map((folder) => `${folder}/go`);
}

async function minor(path: string): Promise<number> {
  const text = await run(path, ["version"], { env: { GOTOOLCHAIN: "local" } });
  return Number(/go1\.(\d+)/.exec(text)?.[1] ?? 0);
}

function goAt(path: string): Go {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return { path, env: { PATH: `${folder}:${SYSTEM_PATH}` } };
}

async function fetchedGo(): Promise<Go> {
  if (!await exists("/usr/bin/go")) await installFromDebian(["golang-go"]);
  const architecture = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
  const module = `golang.org/toolchain@v0.0.1-go${FETCHED}.linux-${architecture}`;
  const env = { GOPATH: `${cacheFolder()}/go`, GOFLAGS: "-modcacherw" };
  const answer = await run("/usr/bin/go", ["mod", "download", "-json", module], { env });
  const folder = /"Dir": "([^"]+)"/.exec(answer)?.[1];
  if (folder === undefined) throw new LabError(`Cannot fetch Go ${FETCHED}: ${answer}`);
  // Module archives carry no execute bits.
  await run("chmod", ["-R", "+x", `${folder}/bin`, `${folder}/pkg/tool`]);
  return goAt(`${folder}/bin/go`);
}
