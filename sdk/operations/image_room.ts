/**
 * Whether a host has room for the layers of an image that it lacks: told by who built it, or asked of its registry.
 *
 * @module
 */

import { quote } from "../command.ts";
import type { Explanation, Outcome } from "./definition.ts";
import type { ImageLayer } from "./image_size.ts";

/** Exit status of a pull for which there is no room. */
export const NO_ROOM_STATUS = 77;

/** While a layer is unpacked, its packed form, about half as large, takes room as well. */
export const ROOM_FACTOR = 1.5;

/** Where Docker keeps its data unless it is told otherwise. */
export const DEFAULT_DATA_PATH = "/var/lib/docker";

/**
 * KiB of free space from which no registry is asked how large an image is: to ask takes time, and few images lack more
 * than that on a host.
 */
export const ROOMY_KIB = 8 * 1024 * 1024;

/** KiB that must be free for so many KiB of unpacked layers. */
export function withFactor(kib: number): number {
  return Math.ceil(kib * ROOM_FACTOR);
}

/**
 * Shell text that ends with {@linkcode NO_ROOM_STATUS} where a host has no room for the layers that it lacks. Only where
 * there is no room for all of them Docker is asked which these are.
 */
export function roomCheck(layers: readonly ImageLayer[], dataPath: string): string {
  const all = layers.reduce((sum, { kib }) => sum + kib, 0);
  const listed = layers.map(({ id, kib }) => quote(`need ${id} ${kib}`)).join(" ");
  return `{ ${FREE}
sx_room=$(sx_free ${quote(dataPath)} ${DEFAULT_DATA_PATH})
[ -z "$sx_room" ] || [ "$sx_room" -ge ${withFactor(all)} ] || {
sx_root=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null); sx_room=$(sx_free "$sx_root")
sx_need=$({ docker image inspect -f '{{range .RootFS.Layers}}{{println .}}{{end}}' $(docker image ls -q --no-trunc) 2>/dev/null; printf '%s\\n' ${listed}; } | awk '${LACKING}')
[ -z "$sx_room" ] || [ "$sx_room" -ge "$sx_need" ] || { echo "room about $sx_room $sx_need $sx_root"; exit ${NO_ROOM_STATUS}; }; }; }`;
}

/**
 * Shell text that does the same for an image of which the registry alone knows the size: where less than
 * {@linkcode ROOMY_KIB} is free, the host's Docker client, logged in by then, reads its manifest. That tells packed sizes, so it
 * refuses only what cannot fit: a layer takes at least as much unpacked as packed, and its packed form stays until then.
 * Where the manifest cannot be read, nothing is refused.
 *
 * @param image Shell text of a word.
 * @param dataPath Path on the disk where Docker keeps its data, looked at before Docker is asked anything; `undefined` for
 * a host that is asked at once.
 */
export function askedRoomCheck(image: string, dataPath?: string): string {
  return asking(
    image,
    dataPath,
    `[ "$sx_room" -ge "\${sx_need:-0}" ] || { echo "room least $sx_room $sx_need $sx_disk"; exit ${NO_ROOM_STATUS}; }`,
  );
}

/** Shell text that tells the same after a pull has failed, for {@linkcode explainLittleRoom}. */
export function roomLook(image: string, dataPath: string): string {
  return asking(image, dataPath, 'echo "room left $sx_room $sx_need $sx_disk"');
}

function asking(image: string, dataPath: string | undefined, then: string): string {
  return `( ${FREE}
sx_image=${image}
${dataPath === undefined ? ":" : leaveIfRoomy(`${quote(dataPath)} ${DEFAULT_DATA_PATH}`)}
docker info -f '${INFO}' 2>/dev/null | { IFS='|' read -r sx_root sx_driver sx_arch sx_status sx_plain || exit 0
${STORE}
${leaveIfRoomy('"$sx_disk"')}
[ -n "$sx_room" ] || exit 0
${MANIFEST}
${NEEDED}
${then}; }
)`;
}

/** Why an image was not pulled, where there is no room for it. */
export function explainNoRoom(image: string, { stdout }: Outcome): Explanation {
  const [, kind, free, need, disk] = /^room (about|least) (\d+) (\d+) (.+)$/m.exec(stdout) ?? [];
  const about = kind === "least" ? "at least" : "about";
  return {
    code: "DISK_FULL",
    message: `${image} needs ${about} ${mebibytes(need)} MiB, and ${
      mebibytes(free)
    } MiB are free in ${disk}`,
    hint: `Nothing that serves was touched. ${MAKE_ROOM}`,
  };
}

/** Whether a pull most likely failed for want of room, and what to do then; `undefined` where there was enough. */
export function explainLittleRoom(
  { stdout }: Outcome,
): Required<Pick<Explanation, "code" | "hint">> | undefined {
  const [, free, need, disk] = /^room left (\d+) (\d+) (.+)$/m.exec(stdout) ?? [];
  if (need === undefined || Number(free) >= UNPACKED * Number(need)) return undefined;
  return {
    code: "DISK_FULL",
    hint: `It needs more than ${mebibytes(need)} MiB, and ${
      mebibytes(free)
    } MiB are free again in ${disk}. ${MAKE_ROOM}`,
  };
}

// Unpacked, images are rarely larger than so many times what they are packed.
const UNPACKED = 3;

const MAKE_ROOM =
  "Make room on the host: sextant prune removes old versions, docker system df tells what else takes it.";

const FREE = `sx_free() { df -Pk "$@" 2>/dev/null | awk 'NR == 2 { print $4 }'; }`;

// Layers are shared from the lowest up to the first that differs.
const LACKING = `$1 == "need" { if (!($2 in have)) lacks = 1; if (lacks) kib += $3; next }
{ have[$1] = 1 }
END { printf "%d", kib * ${ROOM_FACTOR} + 0.5 }`;

const INFO =
  "{{.DockerRootDir}}|{{.Driver}}|{{.Architecture}}|{{range .DriverStatus}}{{index . 1}} {{end}}|{{range $name, $index := .RegistryConfig.IndexConfigs}}{{if not $index.Secure}}{{$name}} {{end}}{{end}}";

function leaveIfRoomy(paths: string): string {
  return `sx_room=$(sx_free ${paths}); [ "\${sx_room:-0}" -lt ${ROOMY_KIB} ] || exit 0`;
}

// Where layers are, and what tells which are there: root alone may look. containerd's store has a place of its own.
const STORE = `sx_disk=$sx_root; sx_store=$sx_root/image/$sx_driver; sx_look=$sx_store/layerdb
case $sx_status in *containerd.snapshotter*)
sx_disk=$sx_root/containerd/daemon; [ -d "$sx_disk" ] || sx_disk=/var/lib/containerd
sx_store=; sx_look=$sx_disk/io.containerd.content.v1.content/blobs/sha256 ;; esac
case $sx_arch in x86_64) sx_arch=amd64 ;; aarch64) sx_arch=arm64 ;; esac
sx_has() {
if [ -z "$sx_store" ]; then [ -e "$sx_look/$1" ]
else sx_id=$(cat "$sx_store/distribution/diffid-by-digest/sha256/$1" 2>/dev/null) && cat "$sx_look"/sha256/*/diff 2>/dev/null | grep -qF -e "$sx_id"; fi; }`;

// A manifest's layers, the lowest first; of a list, the manifest for the host's platform.
const LAYERS = `function hex() { return substr($0, RSTART + 17, RLENGTH - 18) }
/^\\]/ { within = 0 }
match($0, /"digest":"sha256:[0-9a-f]+"/) { digest = hex(); if (within && match($0, /"size":[0-9]+/)) print "layer", digest, substr($0, RSTART + 7, RLENGTH - 7) }
/"layers":\\[/ { within = 1 }
/"os":"linux"/ && index($0, "\\"architecture\\":\\"" arch "\\"") && digest != "" { print "manifest", digest; exit }`;

// A registry is spoken to without TLS only where the Engine is told to do so as well: the client would hand out its login.
const MANIFEST =
  `sx_flag=; for sx_one in $sx_plain; do case $sx_image in "$sx_one"/*) sx_flag=--insecure ;; esac; done
sx_ask() { timeout 20 docker manifest inspect $sx_flag "$1" 2>/dev/null </dev/null | tr -d ' \\t\\r\\n' | tr '{}' '\\n\\n' | awk -v arch="$sx_arch" '${LAYERS}'; }
sx_list=$(sx_ask "$sx_image")
case $sx_list in manifest*)
sx_name=\${sx_image%@*}; case \${sx_name##*/} in *:*) sx_name=\${sx_name%:*} ;; esac
sx_list=$(sx_ask "$sx_name@sha256:\${sx_list#* }") ;; esac
case $sx_list in layer*) ;; *) exit 0 ;; esac`;

// Where nobody may look, an image that is there may share as many layers as it has, as far as they are no larger than itself.
const PEAK = `$1 == "image" { images++; layers[images] = $2; bytes[images] = $3; next }
{ count++; packed[count] = $2; sum[count] = sum[count - 1] + $2; if ($1 == "had" && shared == count - 1) shared = count }
END {
for (i = 1; i <= images; i++) for (n = shared + 1; n <= count && n <= layers[i] && sum[n] <= bytes[i]; n++) shared = n
for (n = shared + 1; n <= count; n++) { need = sum[n] - sum[shared] + packed[n]; if (need > peak) peak = need }
printf "%d", peak / 1024 }`;

const NEEDED = `sx_images=
[ -d "$sx_look" ] || sx_images=$(docker image ls -aq --no-trunc) || exit 0
sx_need=$({ [ -z "$sx_images" ] || echo "$sx_images" | xargs docker image inspect -f 'image {{len .RootFS.Layers}} {{.Size}}' 2>/dev/null
printf '%s\\n' "$sx_list" | while read -r sx_one sx_id sx_size; do ! sx_has "$sx_id" || sx_one=had; echo "$sx_one $sx_size"; done; } | awk '${PEAK}')`;

function mebibytes(kib: string | undefined): string {
  return String(Math.floor(Number(kib) / 1024));
}
