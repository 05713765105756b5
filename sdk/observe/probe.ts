/**
 * The question: one read-only script that asks a host for everything a plan needs.
 *
 * @module
 */

import { scratchFolder } from "../command.ts";
import { ENGINE_FUNCTIONS } from "./engine_script.ts";
import { inspectScript } from "./inspect.ts";

/** Which containers, routes and files on a host belong to a deployment. */
export interface ProbeScope {
  /** Service, with its destination. */
  readonly service: string;
  /** Values of the label `service` of the deployment's containers. */
  readonly labels: readonly string[];
  /** Whether all that is known of releases is asked for, which is much. @default {false} */
  readonly isDetailed?: boolean | undefined;
  /** Whether the settings of running containers are asked for one by one. @default {false} */
  readonly isInspected?: boolean | undefined;
}

// Kinds of lines:
//   ~V ~C ~I answers of the Engine's API: version, containers, images; or, by the docker client,
//   d Docker   ~c container   ~s its status   ~i image   ~v file with the routes
//   ~p routes
//   ~x settings of a container   ~X of its image   ~E a variable's digest
//   f file   ~l lock   ~k salt   ~r release   ~D detailed   ~m free space   ~t listening port   ~e problem   ~h hash
const CONTAINER =
  `~c {"name":{{json .Name}},"id":{{json .ID}},"image":{{json .Config.Image}},"imageId":{{json .Image}},` +
  `"running":{{or .State.Running .State.Restarting}},"labels":{{json .Config.Labels}},"ports":{{json .HostConfig.PortBindings}},` +
  `"networks":[{{range $k, $v := .NetworkSettings.Networks}}{{json $k}},{{end}}null]}`;
const STATUS = `~s {"name":{{json .Name}},"status":{{json .State.Status}},` +
  `"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}null{{end}},` +
  `"exitCode":{{json .State.ExitCode}},"startedAt":{{json .State.StartedAt}}}`;
const CONFIG_FOLDER = "/home/kamal-proxy/.config/kamal-proxy";
const ROUTES_FOLDER =
  `{{range .Mounts}}{{if eq .Destination "${CONFIG_FOLDER}"}}~v {{.Source}}/kamal-proxy.state{{end}}{{end}}`;

const FOLDER = scratchFolder("probe");

// From a container's JSON to "id name state service", as the docker client prints them.
const LIST_PROGRAM = `/"Id":/ { s = ""
match($0, /"Id":"[0-9a-f]+/); i = substr($0, RSTART + 6, RLENGTH - 6)
match($0, /"Names":\\["\\/[^"]*/); n = substr($0, RSTART + 11, RLENGTH - 11)
match($0, /"State":"[a-z]+","Status"/); t = substr($0, RSTART + 9, RLENGTH - 19)
if (match($0, /"service":"[^"]*/)) s = substr($0, RSTART + 11, RLENGTH - 11)
print i, n, t, s }`;

/**
 * The probe's text for `sh`. Where curl can reach the Docker Engine, it is asked directly, which takes milliseconds;
 * else by the docker client, whose every call costs its start.
 */
export function probeScript(scope: ProbeScope): string {
  const { service, isDetailed = false, isInspected = false } = scope;
  return `${functions(scope)}
d=${FOLDER}
if command -v docker >/dev/null 2>&1; then
sx_list /version /images/json >$d/list
if [ -s $d/api ]; then
sed '1s/^/~C /; 2s/^/~V /; 3s/^/~I /' $d/api >$d/d
sx_state=$(sx_lines | sed -n 's|.*"Source":"\\([^"]*\\)","Destination":"${CONFIG_FOLDER}".*|\\1/kamal-proxy.state|p' | head -n 1)
[ -z "$sx_state" ] || echo "~v $sx_state" >>$d/d
else
{ docker version --format 'd {"version":{{json .Server.Version}},"architecture":{{json .Server.Arch}}}' >$d/d 2>$d/e || echo "~e docker stopped: $(tail -n 1 $d/e)" >$d/d; } &
{ docker image ls --no-trunc --digests --format '~i {"name":"{{.Repository}}:{{.Tag}}","id":{{json .ID}},"digest":{{json .Digest}}}' >$d/i 2>/dev/null; } &
[ -s $d/list ] && docker inspect --type container --format '${CONTAINER}
${STATUS}
${ROUTES_FOLDER}' $(cut -d ' ' -f 1 $d/list) 2>/dev/null | sed '/^$/d' >$d/c
sx_state=$(sed -n 's/^~v //p' $d/c 2>/dev/null | head -n 1)
fi
sx_routes "$sx_state" >$d/r
grep -q '^[^ ]* kamal-proxy ' $d/list || ss -Hltnp 2>/dev/null | sed 's/^/~t /' >$d/t
wait
else echo '~e docker missing' >$d/d; : >$d/list; : >$d/r; fi
sx_files >$d/f
cat $d/d $d/c $d/i $d/f $d/t 2>/dev/null
[ ! -s $d/r ] || { echo "~p $(cat $d/r)"; }
[ -d .kamal/lock-${service} ] && echo "~l .kamal/lock-${service} $(tr -d '\\n' <.kamal/lock-${service}/details 2>/dev/null)"
[ -r .kamal/apps/${service}/sextant/salt ] && echo "~k $(cat .kamal/apps/${service}/sextant/salt)"
tail -n 50 .kamal/apps/${service}/sextant/releases 2>/dev/null | sed '${
    isDetailed ? "" : 's/,"roles":.*$/}/; '
  }s/^/~r /'${isDetailed ? "\necho '~D yes'" : ""}
for sx_m in . "\${sx_state:-/var/lib/docker}"; do df -Pk "$sx_m" 2>/dev/null | tail -n 1 | sed 's/^/~m /'; done
${isInspected ? inspectScript(service, patternOf(scope)) : ":"}
echo "~h $(sx_hash $d)"
rm -rf $d`;
}

/**
 * A script that fails with a status where the hash of a host's state is another one, and then prints the whole probe.
 * It looks at this deployment's containers, routes and files only, with one call of the docker client.
 */
export function checkScript(
  scope: ProbeScope,
  { hash, routesFile, status }: {
    readonly hash: string;
    readonly routesFile: string | undefined;
    readonly status: number;
  },
): string {
  return `${functions(scope)}
d=${FOLDER}; sx_list >$d/list; sx_routes '${routesFile ?? ""}' >$d/r; sx_files >$d/f
sx_now=$(sx_hash $d); rm -rf $d
[ "$sx_now" = ${hash} ] || {
${probeScript(scope)}
exit ${status}; }`;
}

/** What the probe and the check ask alike, so that their hashes are alike. */
function functions({ service, labels }: ProbeScope): string {
  const ours = patternOf({ labels });
  const kinds = [["running|restarting|paused", "up"], ["[a-z]+", "down"]].flatMap((
    [states, word],
  ) => [
    `s/^([^ ]+ [^ ]+) (${states}) (${ours})$/\\1 ${word}/p; t`,
    `s/^([^ ]+ kamal-proxy) (${states}) .*$/\\1 ${word}/p; t`,
  ]);
  return `${ENGINE_FUNCTIONS}
sx_lines() { head -n 1 $d/api | sed 's/,{"Id":/\\
{"Id":/g'; }
sx_list() { if sx_direct && sx_api '/containers/json?all=1' "$@" >$d/api && [ -s $d/api ]; then sx_lines | awk '${LIST_PROGRAM}'
else rm -f $d/api; docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}} {{.Label "service"}}' 2>/dev/null; fi; }
sx_read() { if [ -r "$1" ]; then cat "$1"; elif [ ! -x "\${1%/*}" ]; then docker cp kamal-proxy:${CONFIG_FOLDER}/kamal-proxy.state - 2>/dev/null | tar -xO 2>/dev/null; fi | tr -d '\\n'; }
sx_routes() { grep -q '^[^ ]* kamal-proxy ' $d/list || return 0; sx_text=$(sx_read "$1"); [ -n "$sx_text" ] || [ ! -e "$1" ] || { sleep 0.1; sx_text=$(sx_read "$1"); }; printf '%s' "$sx_text"; }
sx_files() { find .kamal/apps/${service} .kamal/proxy/apps-config/${service} -type f ! -path '*/assets/*' ! -path '*/sextant/*' -exec sha256sum {} + 2>/dev/null | sort -k2 | sed 's/^/f /'; }
sx_hash() { { sed -nE '${kinds.join("\n")}' $1/list | sort; sed 's/,*{"name":/\\
{"name":/g' $1/r | grep '^{"name":"${service}-' | sed 's/\\]*$//' | sort; cat $1/f; } | sha256sum | cut -c1-64; }`;
}

/** Pattern of the deployment's label `service`. */
function patternOf({ labels }: Pick<ProbeScope, "labels">): string {
  return labels.map(escapeRegExp).join("|");
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
