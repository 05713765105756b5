/**
 * The question: one read-only script that asks a host for everything a plan needs.
 *
 * @module
 */

/** Which containers, routes and files on a host belong to a deployment. */
export interface ProbeScope {
  /** Service, with its destination. */
  readonly service: string;
  /** Values of the label `service` of the deployment's containers. */
  readonly labels: readonly string[];
}

// Kinds of lines; those with a tilde may move without us and stay out of the hash:
//   d Docker   c container   n network   p route   f file
//   ~c foreign container   ~s container status   ~i image   ~p all routes   ~n foreign network
//   ~l lock   ~k salt   ~m free space   ~r release   ~t listening port   ~e problem   ~h hash
const CONTAINER =
  `c {{index .Config.Labels "service"}} {"name":{{json .Name}},"id":{{json .ID}},"image":{{json .Config.Image}},` +
  `"imageId":{{json .Image}},"running":{{or .State.Running .State.Restarting}},"labels":{{json .Config.Labels}},` +
  `"ports":{{json .HostConfig.PortBindings}}}`;
const STATUS = `~s {"name":{{json .Name}},"status":{{json .State.Status}},` +
  `"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}null{{end}},` +
  `"exitCode":{{json .State.ExitCode}},"startedAt":{{json .State.StartedAt}}}`;
const PROXY_STATE = "/home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state";

/** The probe's text for `sh`: about 2 KB of answer, all questions asked of Docker at once. */
export function probeScript({ service, labels }: ProbeScope): string {
  const ours = labels.map(escapeRegExp).join("|");
  return `d=$(mktemp -d)
if command -v docker >/dev/null 2>&1; then
{ docker version --format 'd {"version":{{json .Server.Version}},"architecture":{{json .Server.Arch}}}' >$d/1 2>$d/1e || echo "~e docker stopped: $(tail -n 1 $d/1e)" >$d/1; } &
{ docker ps -aq --no-trunc >$d/ids 2>/dev/null && [ -s $d/ids ] && docker inspect --type container --format '${CONTAINER}
${STATUS}' $(cat $d/ids) 2>/dev/null | sed -E 's/^c (${ours}) \\{/c {/; t
s/^c [^ ]* \\{"name":"\\/kamal-proxy"/c {"name":"\\/kamal-proxy"/; t
s/^c [^ ]* \\{/~c {/' | sort >$d/2; } &
{ docker image ls --no-trunc --digests --format '~i {"name":"{{.Repository}}:{{.Tag}}","id":{{json .ID}},"digest":{{json .Digest}}}' 2>/dev/null | sort >$d/3; } &
{ docker network ls --format '{{.Name}}' 2>/dev/null | sort | sed 's/^kamal$/n &/; t
s/^/~n /' >$d/4; } &
{ p=$(docker volume inspect -f '{{.Mountpoint}}' kamal-proxy-config 2>/dev/null)/kamal-proxy.state
sx_routes() { if [ -r "$p" ]; then cat "$p"; else docker cp kamal-proxy:${PROXY_STATE} - 2>/dev/null | tar -xO 2>/dev/null; fi | tr -d '\\n'; }
r=$(sx_routes); [ -n "$r" ] || { [ -r "$p" ] && sleep 0.1 && r=$(sx_routes); }
[ -z "$r" ] || { printf '~p %s\\n' "$r"; printf '%s' "$r" | sed 's/,*{"name":/\\
{"name":/g' | grep '^{"name":"${service}-' | sed 's/\\]*$//; s/^/p /' | sort; } >$d/5; } &
{ docker info --format '{{.DockerRootDir}}' >$d/8 2>/dev/null; } &
else echo '~e docker missing' >$d/1; fi
{ find .kamal/apps/${service} .kamal/proxy/apps-config/${service} -type f ! -path '*/assets/*' ! -path '*/sextant/*' -exec sha256sum {} + 2>/dev/null | sort -k2 | sed 's/^/f /' >$d/6; } &
{ ss -Hltnp 2>/dev/null | sed 's/^/~t /' >$d/7; } &
wait
cat $d/1 $d/2 $d/3 $d/4 $d/5 $d/6 $d/7 2>/dev/null
[ -d .kamal/lock-${service} ] && echo "~l .kamal/lock-${service} $(tr -d '\\n' <.kamal/lock-${service}/details 2>/dev/null)"
[ -r .kamal/apps/${service}/sextant/salt ] && echo "~k $(cat .kamal/apps/${service}/sextant/salt)"
tail -n 50 .kamal/apps/${service}/sextant/releases 2>/dev/null | sed 's/^/~r /'
for m in . $(cat $d/8 2>/dev/null); do df -Pk $m 2>/dev/null | tail -n 1 | sed 's/^/~m /'; done
echo "~h $(cat $d/1 $d/2 $d/3 $d/4 $d/5 $d/6 2>/dev/null | grep -v '^~' | sha256sum | cut -c1-64)"
rm -rf $d`;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
