/**
 * Small apps to deploy, each a static busybox and a script: they build in a second and need no
 * base image.
 *
 * @module
 */

import { run } from "./shell.ts";

/**
 * How an app behaves: `healthy` answers at once, `slow` is healthy only after some seconds,
 * `unhealthy` answers its health path with an error or a redirect forever, `crashing` ends with
 * status 3 after two log lines, `deaf` is healthy and ignores SIGTERM.
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
  /** Further files in the image, text by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
}

const COMMANDS = "sh cat cp cut date echo env false find grep head hostname httpd id ip kill ls " +
  "mkdir mv nc netstat pidof printenv printf ps pwd rm sed sleep sort stat tail tcpsvd test " +
  "touch tr true uname vi wc wget";

const START = `#!/bin/sh
. /etc/app.settings
version=\${KAMAL_VERSION:-$version}
echo "starting $kind app, version $version"
if [ "$kind" = crashing ]; then
  echo "cannot open the database: no such host" >&2
  exit 3
fi
echo "$version" >/www/index.html
echo "$version" >/www/version
case $kind in
  slow) (sleep "$seconds"; echo OK >/www/up) & ;;
  *) echo OK >/www/up ;;
esac
answer="httpd -i -h /www"
[ "$kind" != unhealthy ] || answer="/bin/refuse"
# Its own listener keeps a short queue, too short for many connections at once.
tcpsvd -b 511 -c 511 0 "$port" $answer &
listener=$!
stop() {
  echo "stopping version $version"
  kill $listener
  tries=0
  while pidof httpd >/dev/null && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  exit 0
}
if [ "$kind" = deaf ]; then trap "" TERM; else trap stop TERM; fi
echo "listening on port $port"
wait $listener
`;

const REFUSE = `#!/bin/sh
. /etc/app.settings
read -r method path rest
while read -r line && [ "\${#line}" -gt 1 ]; do :; done
echo "$method $path $status" >&2
case $status in
  301) head="301 Moved Permanently\\r\\nLocation: https://app.example.com$path" ;;
  *) head="503 Service Unavailable" ;;
esac
printf "HTTP/1.1 $head\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"
`;

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
  await git(
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    `${kind} app, version ${options.version ?? "1"}`,
  );
  return (await git("rev-parse", "HEAD")).trim();
}

const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Lab",
  GIT_AUTHOR_EMAIL: "lab@example.com",
  GIT_COMMITTER_NAME: "Lab",
  GIT_COMMITTER_EMAIL: "lab@example.com",
};

async function writeProject(folder: string, kind: AppKind, options: AppOptions): Promise<void> {
  const root = `${folder}/rootfs`;
  await run("rm", ["-rf", root]);
  for (const name of ["bin", "etc", "www", "tmp"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  await Deno.copyFile("/bin/busybox", `${root}/bin/busybox`);
  for (const command of COMMANDS.split(" ")) {
    await Deno.symlink("busybox", `${root}/bin/${command}`);
  }
  await Deno.writeTextFile(`${root}/bin/app`, START, { mode: 0o755 });
  await Deno.writeTextFile(`${root}/bin/refuse`, REFUSE, { mode: 0o755 });
  await Deno.writeTextFile(`${root}/etc/app.settings`, settings(kind, options));
  // git keeps no empty folders.
  await Deno.writeTextFile(`${root}/www/robots.txt`, "");
  await Deno.writeTextFile(`${root}/tmp/.keep`, "");
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await Deno.mkdir(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${root}${path}`, text);
  }
  await Deno.writeTextFile(`${folder}/Dockerfile`, dockerfile(options));
}

function settings(kind: AppKind, options: AppOptions): string {
  const { version = "1", seconds = 3, status = 503, port = 80 } = options;
  return `kind=${kind}\nversion='${version}'\nseconds=${seconds}\nstatus=${status}\nport=${port}\n`;
}

function dockerfile(options: AppOptions): string {
  const labels = Object.entries(options.labels ?? {});
  return [
    "FROM scratch",
    "COPY rootfs/ /",
    ...labels.map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`),
    `EXPOSE ${options.port ?? 80}`,
    'CMD ["/bin/app"]',
    "",
  ].join("\n");
}
