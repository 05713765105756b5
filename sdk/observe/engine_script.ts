/**
 * Asking a host's Docker Engine directly: a docker client costs its start, curl a tenth of it.
 *
 * @module
 */

/**
 * Functions for `sh`: `sx_direct` says whether the engine that the docker client means can be asked by curl;
 * `sx_api PATH…` asks it, one answer a line.
 */
export const ENGINE_FUNCTIONS =
  `sx_api() { for sx_path; do shift; set -- "$@" "http://docker$sx_path"; done; curl -sf --max-time 20 --unix-socket /var/run/docker.sock "$@"; }
sx_direct() { [ -w /var/run/docker.sock ] && [ -z "$DOCKER_HOST$DOCKER_CONTEXT" ] && ! grep -qs currentContext "\${DOCKER_CONFIG:-$HOME/.docker}/config.json" && command -v curl >/dev/null 2>&1; }`;
