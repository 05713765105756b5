/**
 * The shell text by which a host looks into a container that did not become ready; runs only after a failure.
 *
 * @module
 */

import { quote } from "../command.ts";
import { ENGINE_FUNCTIONS } from "../observe/engine_script.ts";

/** What is looked into. */
export interface LookInto {
  /** Name of the container. */
  readonly name: string;
  /** The last version's container, whose env names are compared; `undefined` for none. */
  readonly previous: string | undefined;
  /** What to ask for; `undefined` where no health path is asked. */
  readonly ask: HealthQuestion | undefined;
}

/** How a health path is asked. */
export interface HealthQuestion {
  /** Port that is asked; `undefined` for `port`. */
  readonly checkPort: number | undefined;
  /** Host header of the checks; `undefined` for kamal-proxy's own. */
  readonly checkHost: string | undefined;
  /** Port that the app should listen on. */
  readonly port: number;
  /** Health path. */
  readonly path: string;
  /** Seconds that one check may take. */
  readonly checkTimeout: number;
  /** Public host name. */
  readonly host: string | undefined;
}

const LOG_LINES = 100;

// How much longer than kamal-proxy an answer is waited for, in seconds: a slow one is told from none.
const PATIENCE = 5;

// A container of this host takes a connection at once, or never.
const CONNECT_SECONDS = 2;

// A container's address where kamal-proxy asks it.
const ADDRESS = '{{with index .NetworkSettings.Networks "kamal"}}{{.IPAddress}}{{end}}';

/**
 * Looks at a container while it runs, stops it, and reads what only then stands still.
 * Kinds of lines: status, listens, answer, by-host, health and check, image, machine, emulates, lacks, free, state, oom, log.
 */
export function lookScript({ name, previous, ask }: LookInto): string {
  const container = quote(name);
  return [
    `set -- $(docker inspect -f '{{.State.Pid}} {{.State.Status}} {{.Image}} {{.ID}} ${ADDRESS}' ${container})`,
    `echo "status \${2:-}"`,
    listens(container),
    ...ask === undefined ? [] : [askHealthPath(ask)],
    lastCheck(container),
    `docker stop ${container} >/dev/null 2>&1`,
    `docker inspect -f 'state {{.State.OOMKilled}} {{.RestartCount}}' ${container}`,
    // A restart clears the mark; Docker's events remember.
    `docker events --since "$(($(date +%s) - 600))" --until "$(date +%s)" --filter container="\${4:-none}" --filter event=oom --format oom`,
    machineScript(`"\${3:-}"`),
    ...previous === undefined ? [] : [lackingEnv(container, quote(previous))],
    `for sx_m in . "$(docker info -f '{{.DockerRootDir}}' 2>/dev/null)"; do df -Pk "$sx_m" 2>/dev/null | tail -n 1; done | awk '{print "free", $4}'`,
    `docker logs --tail ${LOG_LINES} ${container} 2>&1 | sed 's/^/log /'`,
  ].join("\n");
}

/** Shell text that tells for which machine an image is, and what the host is. */
export function machineScript(image: string): string {
  return `docker image inspect -f 'image {{.Architecture}}' ${image} 2>/dev/null
echo "machine $(uname -m)"
ls /proc/sys/fs/binfmt_misc 2>/dev/null | sed -n 's/^qemu-/emulates /p'`;
}

// A process's own table holds the ports of its container's network, and anybody may read it.
function listens(container: string): string {
  return `[ "\${1:-0}" = 0 ] || { if [ -r "/proc/$1/net/tcp" ]; then cat /proc/$1/net/tcp*; else docker exec ${container} cat /proc/net/tcp /proc/net/tcp6; fi; } 2>/dev/null | awk '$1 == "sl" {print "listens"} $4 == "0A" {print "listens", $2}'`;
}

/**
 * Shell function `sx_stays`: fails where a container that kamal-proxy calls healthy has led it elsewhere: kamal-proxy goes along with
 * redirects, so at a public name the version that serves would have answered. `itself` is shell text of the id and port
 * by which kamal-proxy asks.
 */
export function staysScript(name: string, itself: string, question: HealthQuestion): string {
  const { checkHost } = question;
  return `${ENGINE_FUNCTIONS}
${askFunction(question)}
sx_stays() { sx_at=$({ sx_direct && sx_api ${
    quote(`/containers/${name}/json`)
  } | sed -n 's/.*"Networks":{.*"IPAddress":"\\([0-9.]*\\)".*/\\1/p'; } 2>/dev/null)
[ -n "$sx_at" ] || sx_at=$(docker inspect -f '${ADDRESS}' ${quote(name)})
[ -n "$sx_at" ] || return 0
sx_itself=${itself}; sx_ask "$sx_at" ${checkHost === undefined ? '"$sx_itself"' : quote(checkHost)}
case \${sx_a##* } in ${
    checkHost === undefined ? '"http://$sx_itself"*) ;; ' : ""
  }http://*|https://*) return 1;; esac; }`;
}

/** kamal-proxy asks by id and port; where that is refused, the public name tells whether the name was the reason. */
function askHealthPath(question: HealthQuestion): string {
  const { checkPort, checkHost, host } = question;
  const asked = checkHost === undefined
    ? `"$(printf %s "$4" | cut -c1-12):${checkPort ?? question.port}"`
    : quote(checkHost);
  const byHost = host === undefined
    ? ""
    : `\ncase $sx_s in 4??) sx_ask "$5" ${quote(host)}; echo "by-host $sx_a";; esac`;
  return `if [ "$what" = health ] && [ -n "\${5:-}" ]; then
sx_ask "$5" ${asked}; echo "answer $sx_a"${byHost}
fi`;
}

/**
 * Shell function `sx_ask ADDRESS HOST`: asks as kamal-proxy does, but for redirects, and sets `sx_a` to exit status, HTTP
 * status, seconds and where a redirect leads, without the container's own address; `sx_s` to the HTTP status.
 */
function askFunction({ checkPort, port, path, checkTimeout }: HealthQuestion): string {
  return `sx_ask() { sx_u=http://$1:${checkPort ?? port}
if command -v curl >/dev/null 2>&1; then
sx_a=$(curl -s --connect-timeout ${CONNECT_SECONDS} -m ${
    checkTimeout + PATIENCE
  } -o /dev/null -A kamal-proxy -H "Host: $2" -w '%{http_code} %{time_total} %{redirect_url}' "$sx_u"${
    quote(path)
  }); sx_a="$? $sx_a"
else
sx_w=$(wget -q -S -T ${checkTimeout + PATIENCE} -O /dev/null --header "Host: $2" "$sx_u"${
    quote(path)
  } 2>&1)
sx_a="1 $(printf '%s\\n' "$sx_w" | sed -n 's/^ *HTTP[^ ]* \\([0-9]*\\).*/\\1/p' | head -n 1) 0 $(printf '%s\\n' "$sx_w" | sed -n 's/^ *[Ll]ocation: *//p' | head -n 1 | tr -d '\\r')"
fi; sx_s=\${sx_a#* }; sx_s=\${sx_s%% *}; sx_a=$(printf '%s' "$sx_a" | sed "s|$sx_u||"); }`;
}

function lastCheck(container: string): string {
  return `docker inspect -f '{{if .State.Health}}{{$c := 0}}{{$o := ""}}{{range .State.Health.Log}}{{$c = .ExitCode}}{{$o = .Output}}{{end}}health {{.State.Health.Status}} {{$c}}{{println}}{{$o}}{{end}}' ${container} | sed '2,$s/^/check /'`;
}

/** Names alone: what a variable holds never leaves the docker client. */
function lackingEnv(container: string, previous: string): string {
  return `sx_env() { docker inspect -f '{{range .Config.Env}}{{println (index (split . "=") 0)}}{{end}}' "$1" 2>/dev/null; }
sx_has=" $(sx_env ${container} | tr '\\n' ' ')"
for sx_n in $(sx_env ${previous}); do case $sx_has in *" $sx_n "*) ;; *) echo "lacks $sx_n";; esac; done`;
}
