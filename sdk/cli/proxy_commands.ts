/**
 * The commands about kamal-proxy.
 *
 * @module
 */

import type { Command, Flag } from "./command.ts";
import { LOG_FLAGS } from "./flags.ts";
import { ask, change, changeUnasked, row } from "./row.ts";
import { bootConfigVerb, logsVerb, plain, proxyRebootVerb, proxyRemoveVerb } from "./verbs.ts";

const REBOOT_FLAGS: readonly Flag[] = [
  { name: "rolling", summary: "one host after the other" },
];

const BOOT_CONFIG_FLAGS: readonly Flag[] = [
  { name: "no-publish", summary: "publish no ports on the host" },
  {
    name: "publish-host-ip",
    value: { name: "IPS", kind: "list" },
    summary: "publish the ports on these addresses only",
  },
  {
    name: "http-port",
    value: { name: "PORT", kind: "count" },
    summary: "port published for HTTP (default: 80)",
  },
  {
    name: "https-port",
    value: { name: "PORT", kind: "count" },
    summary: "port published for HTTPS (default: 443)",
  },
  {
    name: "log-max-size",
    value: { name: "SIZE", kind: "text" },
    summary: "largest log file (default: 10m)",
  },
  { name: "registry", value: { name: "SERVER", kind: "text" }, summary: "registry of its image" },
  {
    name: "repository",
    value: { name: "IMAGE", kind: "text" },
    summary: "image without registry and tag (default: basecamp/kamal-proxy)",
  },
  { name: "image-version", value: { name: "TAG", kind: "text" }, summary: "tag of its image" },
  { name: "metrics-port", value: { name: "PORT", kind: "count" }, summary: "port of its metrics" },
  { name: "debug", summary: "log more" },
  {
    name: "docker-options",
    value: { name: "OPTIONS", kind: "list" },
    summary: "further options of docker run, such as memory=512m",
  },
];

/** Every command about the proxy, in the order in which help lists them. */
export const PROXY_COMMANDS: readonly Command[] = Object.freeze([
  row("proxy boot", "run kamal-proxy where it does not run", change(plain("proxy boot"))),
  row("proxy reboot", "replace kamal-proxy's container", change(proxyRebootVerb("proxy reboot")), {
    flags: REBOOT_FLAGS,
  }),
  row(
    "proxy upgrade",
    "replace kamal-proxy's container where its image is another one than it should be",
    change(proxyRebootVerb("proxy upgrade")),
    { flags: REBOOT_FLAGS },
  ),
  row("proxy start", "start the stopped kamal-proxy", change(plain("proxy start"))),
  row("proxy stop", "stop kamal-proxy", change(plain("proxy stop"))),
  row("proxy restart", "stop kamal-proxy and start it again", change(plain("proxy restart"))),
  row("proxy details", "list kamal-proxy's containers", ask(plain("proxy details"))),
  row("proxy logs", "show kamal-proxy's logs", ask(logsVerb("proxy logs")), { flags: LOG_FLAGS }),
  row("proxy remove", "remove kamal-proxy with its image", change(proxyRemoveVerb), {
    flags: [{ name: "force", summary: "even where it still has routes" }],
  }),
  row(
    "proxy boot-config set",
    "say on the hosts how kamal-proxy runs; better: proxy.run in the deployment",
    changeUnasked(bootConfigVerb),
    { flags: BOOT_CONFIG_FLAGS },
  ),
  row(
    "proxy boot-config get",
    "show how the hosts say that kamal-proxy runs",
    ask(plain("proxy boot-config get")),
  ),
  row(
    "proxy boot-config reset",
    "go back to the defaults of how kamal-proxy runs",
    changeUnasked(plain("proxy boot-config reset")),
  ),
]);
