/**
 * Small apps to deploy: images without a base image, which build in a second.
 *
 * @module
 */

import { cached, sha256, withScratch } from "./cache.ts";
import { goProgram } from "./go.ts";
import { run } from "./shell.ts";

/**
 * How an app behaves: `healthy` answers at once, `slow` is healthy only after some seconds,
 * `unhealthy` answers everything with an error or a redirect, `crashing` ends with status 3 after
 * two log lines, `deaf` is healthy and ignores SIGTERM.
 */
export type AppKind = "healthy" | "slow" | "unhealthy" | "crashing" | "deaf";

/** What varies between apps of a kind. */
export interface AppOptions {
  /** Answer of `/` and `/version` where KAMAL_VERSION is not set. @default {"1"} */
  readonly version?: string;
  /** Seconds until a slow app is healthy. @default {3} */
  readonly seconds?: number;
  /** Answer of an unhealthy app. @default {503} */
  readonly status?: 301 | 503;
  /** Port the app listens on. @default {80} */
  readonly port?: number;
  /** Labels of the image. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Further files in the image, text by absolute path; the app serves those below `/www`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What people and deploys run inside of an app's container, besides the app. */
const COMMANDS = "sh cat cp cut date echo env false find grep head hostname id ip kill ls mkdir " +
  "mv nc netstat nslookup pidof printenv printf ps pwd rm sed sleep sort stat tail test touch tr " +
  "true uname wc wget";

const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Lab",
  GIT_AUTHOR_EMAIL: "lab@example.com",
  GIT_COMMITTER_NAME: "Lab",
  GIT_COMMITTER_EMAIL: "lab@example.com",
};

/** Gives the app's program; the first call builds it. */
export async function appProgram(progress: (text: string) => void): Promise<string> {
  const source = await Deno.readFile(new URL("app.go", import.meta.url));
  const name = `app-${(await sha256(source)).slice(0, 12)}-${Deno.build.arch}`;
  return await cached(name, async (program) => {
    progress("building the app to deploy");
    await withScratch(async (cwd) => {
      await Deno.writeFile(`${cwd}/app.go`, source);
      const go = await goProgram();
      const options = { cwd, env: { ...go.env, CGO_ENABLED: "0" } };
      const smaller = ["-trimpath", "-ldflags", "-s -w"];
      await run(go.path, ["build", ...smaller, "-o", program, "app.go"], options);
    });
  });
}

/**
 * Writes an app's project into a folder and commits it with git; gives the commit's id. Called
 * again for the same folder, it makes the next commit.
 */
export async function commitApp(
  folder: string,
  kind: AppKind,
  options: AppOptions = {},
): Promise<string> {
  await writeProject(folder, kind, options);
  const git = async (...args: string[]): Promise<string> =>
    await run("git", ["-C", folder, ...args], { env: GIT_ENVIRONMENT });
  await git("init", "-q", "-b", "main");
  await git("add", "--all");
  const message = `${kind} app, version ${options.version ?? "1"}`;
  await git("commit", "-q", "--allow-empty", "-m", message);
  return (await git("rev-parse", "HEAD")).trim();
}

async function writeProject(folder: string, kind: AppKind, options: AppOptions): Promise<void> {
  await run("rm", ["-rf", `${folder}/programs`, `${folder}/files`]);
  await writePrograms(`${folder}/programs/bin`);
  const { version = "1", seconds = 3, status = 503, port = 80, labels = {} } = options;
  const files = {
    "/etc/app.json": JSON.stringify({ kind, version, seconds, status, port }),
    // git keeps no empty folders.
    "/tmp/.keep": "",
    "/www/robots.txt": "",
    ...options.files,
  };
  for (const [path, text] of Object.entries(files)) {
    const target = `${folder}/files${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, text);
  }
  await Deno.writeTextFile(`${folder}/Dockerfile`, dockerfile(port, labels));
}

async function writePrograms(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.copyFile("/bin/busybox", `${folder}/busybox`);
  for (const command of COMMANDS.split(" ")) await Deno.symlink("busybox", `${folder}/${command}`);
  await Deno.copyFile(await appProgram(() => {}), `${folder}/app`);
  await Deno.chmod(`${folder}/app`, 0o755);
}

/** Programs first: all versions share that layer. */
function dockerfile(port: number, labels: Readonly<Record<string, string>>): string {
  return [
    "FROM scratch",
    "COPY programs/ /",
    "COPY files/ /",
    ...Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
    `EXPOSE ${port}`,
    'CMD ["app"]',
    "",
  ].join("\n");
}
