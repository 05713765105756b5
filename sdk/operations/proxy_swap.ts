/**
 * The script that replaces kamal-proxy's container while a second one answers, and what takes it back.
 *
 * @module
 */

import { quote, scratchFolder } from "../command.ts";

/** Container that answers meanwhile. */
export const PROXY_NEXT = "kamal-proxy-next";

/** Name of the old container until the new one answers. */
export const PROXY_OLD = "kamal-proxy-old";

/** Label of the Traefik that Kamal 1 and our own plans run. */
export const CATCH_ALL_LABEL = "traefik.http.routers.catchall.service";

/** Comment of every rule of ours in a host's packet filter: by it they are found again. */
const TAG = "sextant-proxy-swap";

// Connections that were made just before a rule changed are taken up before whoever takes them up stops.
const SETTLE_SECONDS = 0.5;

// Who answered meanwhile is there for so long after its end, so that clients which use a connection just as it is closed
// hear of that, rather than nothing.
const LINGER_SECONDS = 1;

/** What the script must know. */
export interface Swap {
  /** The image, as shell text for a word. */
  readonly image: string;
  /** Shell text that runs the new container. */
  readonly run: string;
  /** Names of the services that it must have when it is up, where the old one cannot be asked. */
  readonly services: readonly string[];
  /** What is different where Traefik gives its ports up, or gets them back; absent for kamal-proxy alone. */
  readonly traefik?: TraefikPart;
}

/** Traefik's part, as shell text. */
export interface TraefikPart {
  /** Prints the published ports that change hands, as `80|0.0.0.0|8080`: kamal-proxy's port, address, host port. */
  readonly held: string;
  /** Runs before anything else. */
  readonly first: string;
  /** Runs once new connections are answered elsewhere, before kamal-proxy stops. */
  readonly leave: string;
  /** Runs once the new kamal-proxy is up. */
  readonly arrive: string;
  /** What Traefik is asked to find out whether it serves, a line each: path, and host name after `|`. */
  readonly asks: readonly string[];
}

/**
 * Replaces kamal-proxy's container. New connections go to a second container on the same state from before the old one stops
 * until the new one answers; where the packet filter does not allow that, they are held up; where it
 * allows nothing, they are refused for about a second. A failure brings the old container back.
 */
export function swapScript({ image, run, services, traefik }: Swap): string {
  return `(
sx_image=${image}
${FUNCTIONS}
sx_held() { ${traefik?.held ?? "sx_ports kamal-proxy"}; }; sx_asks=${
    quote((traefik?.asks ?? []).join("\n"))
  }
trap sx_mend EXIT; trap 'exit 143' HUP INT TERM
${MEND_LEFTOVERS}
${traefik?.first ?? ":"}
docker image inspect "$sx_image" >/dev/null 2>&1 || docker pull -q "$sx_image" >/dev/null || exit 1
sx_want=${quote(services.join("\n"))}; sx_mode="with a short gap: it did not run"
if sx_runs kamal-proxy; then
sx_want=$(sx_list kamal-proxy) || { echo "kamal-proxy does not answer: it cannot say what it routes" >&2; exit 1; }
sx_next || exit 1
if ! sx_rules >"$sx_folder/rules"; then sx_mode="with a short gap: no ports of it are published"
elif sx_admin "$(cat "$sx_folder/rules")" 2>"$sx_folder/why"; then sx_mode="without a gap"
else
sx_close "$SX_TABLES"
if sx_admin "$(sx_curtain)" 2>>"$sx_folder/why"; then sx_mode="while new connections waited"
else sx_mode="with a short gap: $(tail -n 1 "$sx_folder/why")"; fi
fi
fi
sleep ${SETTLE_SECONDS}
${traefik?.leave ?? ":"}
sx_stop kamal-proxy && docker rename kamal-proxy ${PROXY_OLD} || exit 1
{ ${run}; } >/dev/null || exit 1
sx_ready kamal-proxy || { sx_blame kamal-proxy; exit 1; }
${traefik?.arrive ?? ":"}
sx_done=1; echo "kamal-proxy was replaced $sx_mode"
)`;
}

/** Brings an unfinished replacement to an end: kamal-proxy runs, and no rule and no second container is left. */
export function mendScript(): string {
  return `(
${FUNCTIONS}
sx_mend
sx_runs kamal-proxy
)`;
}

// Rules are found by their comment, whoever left them; each table that a kernel does not have is passed over.
const CLOSE = `PATH="$PATH:/usr/sbin:/sbin"
for sx_one in $sx_tables; do
sx_tool=\${sx_one%:*}; sx_table=\${sx_one#*:}
command -v $sx_tool-save >/dev/null 2>&1 || continue
$sx_tool-save -t $sx_table 2>/dev/null | grep -e '--comment "*${TAG}' | sed "s/^-A/$sx_tool -w -t $sx_table -D/" | sh || exit 1
done`;

const FOLDER = scratchFolder("swap");

// What every container of the proxy publishes, as "80/tcp|0.0.0.0|8080".
const PORTS_FORMAT =
  `{{range $port, $all := .NetworkSettings.Ports}}{{range $all}}{{$port}}|{{.HostIp}}|{{.HostPort}}{{"\\n"}}{{end}}{{end}}`;

// A proxy answers commands once it has read its routes and listens, so that its first answer is the last word.
const FUNCTIONS = `sx_folder=${FOLDER}
SX_CLOSE=${quote(CLOSE)}
SX_GONE=iptables:filter; SX_TABLES="$SX_GONE iptables:nat iptables:raw ip6tables:nat ip6tables:raw"
sx_admin() {
if [ "$(id -u)" = 0 ]; then sh -c "$1"
elif sudo -n true 2>/dev/null; then sudo -n sh -c "$1"
else docker run --rm --user 0 --network host --cap-add NET_ADMIN --volume /:/host:ro --volume /run:/host/run --entrypoint chroot "\${sx_image:-$(docker inspect -f '{{.Config.Image}}' kamal-proxy)}" /host sh -c "$1"; fi; }
sx_close() { sx_admin "sx_tables='$1'; $SX_CLOSE"; }
sx_runs() { [ "$(docker inspect -f '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }
sx_there() { docker container inspect "$1" >/dev/null 2>&1; }
sx_list() { docker exec "$1" kamal-proxy list >"$sx_folder/list" 2>/dev/null && tr -d '\\033' <"$sx_folder/list" | sed 's/\\[[0-9;]*m//g' | awk 'NR > 1 && NF { print $1 }'; }
sx_has() { for sx_one in $sx_want; do printf '%s\\n' "$sx_have" | grep -qxF -e "$sx_one" || return 1; done; }
sx_ready() { sx_tries=0; until sx_have=$(sx_list "$1"); do sx_tries=$((sx_tries + 1)); [ $sx_tries -lt 80 ] && sx_runs "$1" || return 1; sleep 0.1; done; sx_has; }
sx_blame() { { docker logs --tail 50 "$1" 2>&1 | grep -i -e error -e fail | tail -n 3; echo "the new container does not route $(echo $sx_want)"; } >&2; }
sx_stop() {
sx_gone=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$1")
docker stop -t 30 "$1" >/dev/null || return 1
[ "$sx_mode" = "without a gap" ] || return 0
for sx_one in $sx_gone; do sx_admin "PATH=\\$PATH:/usr/sbin:/sbin; iptables -w -I FORWARD ! -i $sx_bridge -d $sx_one -p tcp -m comment --comment ${TAG} -j REJECT --reject-with tcp-reset"; done 2>/dev/null
return 0; }
sx_ports() { docker inspect -f '${PORTS_FORMAT}' "$1" | grep '/tcp|' | sed 's|/tcp||'; }
sx_next() {
docker run --name ${PROXY_NEXT} --network kamal --detach --volumes-from kamal-proxy --publish 80 --publish 443 --entrypoint sh "$sx_image" -c 'trap "kill -TERM \\$p; wait \\$p; sleep ${LINGER_SECONDS}; exit" TERM; kamal-proxy run & p=$!; wait $p' >/dev/null || return 1
sx_ready ${PROXY_NEXT} || { sx_blame ${PROXY_NEXT}; return 1; }; }
sx_rules() {
sx_held >"$sx_folder/old"; sx_ports ${PROXY_NEXT} >"$sx_folder/new"
[ -s "$sx_folder/old" ] || return 1
sx_ip=$(docker inspect -f '{{.NetworkSettings.Networks.kamal.IPAddress}}' ${PROXY_NEXT})
sx_bridge=$(docker network inspect -f '{{with index .Options "com.docker.network.bridge.name"}}{{.}}{{else}}br-{{slice .Id 0 12}}{{end}}' kamal)
echo 'PATH="$PATH:/usr/sbin:/sbin"; set -e'
while IFS='|' read -r sx_port sx_on sx_host; do
sx_rule="-p tcp --dport $sx_host -m addrtype --dst-type LOCAL -m comment --comment ${TAG}"
sx_to="-d $sx_on"; [ "$sx_on" != 0.0.0.0 ] && [ "$sx_on" != :: ] || sx_to=
case $sx_on in
*:*) sx_by=$(sed -n "s/^$sx_port|.*:.*|//p" "$sx_folder/new" | head -n 1)
for sx_chain in PREROUTING OUTPUT; do echo "ip6tables -w -t nat -I $sx_chain $sx_to $sx_rule -j REDIRECT --to-ports $sx_by"; done ;;
*) sx_by=$(sed -n "s/^$sx_port|[^:]*|//p" "$sx_folder/new" | head -n 1)
echo "iptables -w -t nat -I PREROUTING ! -i $sx_bridge $sx_to $sx_rule -j DNAT --to-destination $sx_ip:$sx_port"
case $sx_on in 127.*) ;; *) echo "iptables -w -t nat -I OUTPUT \${sx_to:-! -d 127.0.0.0/8} $sx_rule -j DNAT --to-destination $sx_ip:$sx_port" ;; esac
case $sx_on in 0.0.0.0|127.*) echo "iptables -w -t nat -I OUTPUT \${sx_to:--d 127.0.0.0/8} $sx_rule -j REDIRECT --to-ports $sx_by" ;; esac ;;
esac
done <"$sx_folder/old"; }
sx_curtain() {
echo 'PATH="$PATH:/usr/sbin:/sbin"; set -e'
while IFS='|' read -r sx_port sx_on sx_host; do
case $sx_on in *:*) sx_tool=ip6tables ;; *) sx_tool=iptables ;; esac
echo "$sx_tool -w -t raw -I PREROUTING -p tcp --syn --dport $sx_host -m addrtype --dst-type LOCAL -m comment --comment ${TAG} -j DROP"
done <"$sx_folder/old"; }
sx_traefik() { sx_there traefik && ! sx_runs traefik && [ -n "$(docker inspect -f '{{index .Config.Labels "${CATCH_ALL_LABEL}"}}' traefik)" ]; }
sx_answers() {
sx_runs ${PROXY_NEXT} && sx_runs traefik || return 0
docker network connect kamal traefik 2>/dev/null
sx_at=$(docker inspect -f '{{.NetworkSettings.Networks.kamal.IPAddress}}' traefik):$(sx_ports traefik | sed 's/|.*//;q')
printf '%s\\n' "$sx_asks" | while IFS='|' read -r sx_path sx_name; do
[ -z "$sx_path" ] || docker exec ${PROXY_NEXT} sh -c 'kamal-proxy deploy traefik-candidate --target "$0" --host traefik-candidate.invalid --health-check-path "$1" \${2:+--health-check-host "$2"} --health-check-interval 250ms --deploy-timeout 30s; kamal-proxy remove traefik-candidate' "$sx_at" "$sx_path" "$sx_name" >/dev/null 2>&1 </dev/null
done; }
sx_mend() {
sx_status=$?; trap - EXIT; trap '' HUP INT TERM
[ -n "$sx_done" ] || sx_close $SX_GONE
if sx_there ${PROXY_OLD} && { [ $sx_status != 0 ] || ! sx_runs kamal-proxy; }; then
docker rm -f kamal-proxy >/dev/null 2>&1; docker rename ${PROXY_OLD} kamal-proxy; docker start kamal-proxy >/dev/null
sx_want=$(sx_list ${PROXY_NEXT}); sx_ready kamal-proxy
fi
if [ -z "$sx_done" ] && [ -z "$(sx_ports kamal-proxy)" ] && sx_traefik; then docker start traefik >/dev/null; sx_answers; fi
sx_close "$SX_TABLES" || { echo "rules of ${TAG} are left in the packet filter" >&2; sx_status=1; }
sx_runs ${PROXY_NEXT} && sleep ${SETTLE_SECONDS}
docker stop -t 30 ${PROXY_NEXT} >/dev/null 2>&1; docker rm -f ${PROXY_NEXT} ${PROXY_OLD} >/dev/null 2>&1
rm -rf "$sx_folder"
[ $sx_status = 0 ] || exit $sx_status; }`;

// A run that was killed may have left anything.
const MEND_LEFTOVERS =
  `if sx_there ${PROXY_NEXT} || sx_there ${PROXY_OLD}; then (sx_mend); sx_folder=${FOLDER}; fi`;
