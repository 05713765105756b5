/**
 * Configurations that are wrong, each in its own way.
 *
 * @module
 */

/** A file that must be refused, by what is wrong with it. */
export const BROKEN: Readonly<Record<string, string>> = {
  // No YAML
  "an empty file": "",
  "a file of comments": "# service: shop\n",
  "a text alone": "shop\n",
  "a list": "- shop\n- acme\n",
  "a tab in the indentation": "service: shop\nservers:\n\tweb:\n",
  "a bracket that is not closed": "service: shop\nservers: [10.0.0.1\n",
  "a quote that is not closed": 'service: shop\nimage: "acme\n',
  "a colon in a text": "service: shop\nimage: acme: shop\n",
  "a key that comes twice": "service: shop\nservice: other\n",
  "an alias of nothing": "service: shop\nenv: *nothing\n",
  "an unknown tag": "service: !ruby/object:Shop {}\n",
  "bad indentation": "service: shop\n  image: acme/shop\n",
  "two documents": "service: shop\n---\nservice: other\n",
  "an alias of what it stands in": shop("env: &env\n  clear: *env\n"),
  "a list within itself": shop("volumes: &volumes\n  - *volumes\n"),
  "aliases that multiply": multiplied(),
  "brackets without end": shop(`labels: ${"[".repeat(500)}${"]".repeat(500)}\n`),
  "bytes": shop("labels:\n  team: !!binary aGVsbG8=\n"),

  // ERB
  "ERB with other Ruby": shop("labels:\n  team: <%= Team.current.name %>\n"),
  "ERB with a condition": shop("<% if ENV['CI'] %>\nlabels: { ci: yes }\n<% end %>\n"),
  "ERB without an end": shop('labels:\n  team: <%= ENV["TEAM"]\n'),
  "ERB that asks for a variable that is not set": shop(
    'labels:\n  team: <%= ENV.fetch("TEAM") %>\n',
  ),
  "ERB with a command that fails": shop("labels:\n  team: <%= `echo no team >&2; exit 3` %>\n"),
  "ERB with values in a command": shop("labels:\n  team: <%= `echo #{team}` %>\n"),
  "ERB with a block for a default": shop('labels:\n  team: <%= ENV.fetch("TEAM") { "shop" } %>\n'),
  "ERB that requires a library": shop('<% require "json" %>\n'),
  "ERB over several lines": shop(
    "labels:\n  team: <%= [\n    1,\n  ].first %>\n  other: <%= x %>\n",
  ),
  "ERB that gives no YAML": shop("labels:\n  team: <%= %x(echo '*hunter2') %>\n"),
  "ERB that gives nothing": shop('labels:\n  team: <%= ENV["TEAM"] %>\n'),
  "ERB that gives a wrong value": shop("retain_containers: <%= %x(echo hunter2) %>\n"),

  // Root
  "nothing but a name": "service: shop\n",
  "no name": "image: acme/shop\nservers: [10.0.0.1]\n",
  "a name with a slash": "service: acme/shop\nimage: acme/shop\nservers: [10.0.0.1]\n",
  "no image": "service: shop\nservers: [10.0.0.1]\n",
  "an image with a tag": "service: shop\nimage: acme/shop:1\nservers: [10.0.0.1]\n",
  "a mistyped key": shop("acessories: {}\n"),
  "a mistyped key that is not built": shop("minimum_versoin: 2.0\nasset_pth: /assets\n"),
  "a key in camelCase": shop("retainContainers: 3\n"),
  "a setting below settings": shop("settings:\n  retain_containers: 3\n"),
  "hooks, which are files": shop("hooks:\n  pre-deploy: bin/check\n"),
  "an extension that is not at the root": shop("proxy:\n  x-host: shop.acme.dev\n"),
  "a number as text": shop('retain_containers: "3"\n'),
  "too small a number": shop("retain_containers: 0\n"),
  "a fraction": shop("deploy_timeout: 1.5\n"),
  "a word for a number": shop("drain_timeout: soon\n"),
  "a text for true": shop('allow_empty_roles: "true"\n'),
  "a destination that is required": shop("require_destination: true\n"),
  "a later version of Kamal": shop("minimum_version: 3.0.0\n"),
  "a version that is none": shop("minimum_version: latest\n"),
  "an unknown primary role": shop("primary_role: wbe\n"),
  "a list for a map": shop("labels: [team]\n"),
  "a reserved label": shop("labels:\n  role: web\n"),
  "a label without a value": shop("labels:\n  team:\n"),
  "a map for a list": shop("volumes:\n  data: /data\n"),

  // Servers
  "no servers": "service: shop\nimage: acme/shop\nservers:\n",
  "servers as text": "service: shop\nimage: acme/shop\nservers: 10.0.0.1\n",
  "a role without hosts": roles("  web: [10.0.0.1]\n  jobs:\n    cmd: bin/jobs\n"),
  "a role that is empty": roles("  web: [10.0.0.1]\n  jobs:\n"),
  "no role to boot first": roles("  app: [10.0.0.1]\n"),
  "a mistyped key of a role": roles("  web:\n    hots:\n      - 10.0.0.1\n"),
  "a host with two names":
    "service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1: eu\n    10.0.0.2: us\n",
  "a host that is none":
    "service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1\n  - -oProxyCommand=sh\n",
  "a host with a bad tag": "service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1: { eu: 1 }\n",
  "a role's name with a space": roles("  web: [10.0.0.1]\n  my jobs: [10.0.0.2]\n"),
  "a restart policy that is none": roles(
    "  web:\n    hosts: [10.0.0.1]\n    options:\n      restart: sometimes\n",
  ),
  "a restart policy that Ruby takes for false": roles(
    "  web:\n    hosts: [10.0.0.1]\n    options:\n      restart: no\n",
  ),
  "an option with dashes": roles(
    "  web:\n    hosts: [10.0.0.1]\n    options:\n      --memory: 1g\n",
  ),
  "tags in a role's environment": roles(
    "  web:\n    hosts: [10.0.0.1]\n    env:\n      tags:\n        eu: { A: b }\n",
  ),
  "a role's problem in an anchor": `x-web: &web
  stop_timeout: soon
${roles("  web:\n    <<: *web\n    hosts: [10.0.0.1]\n")}`,
  "a problem in braces": roles(
    "  web: { hosts: [10.0.0.1],\n    proxy: { host: a.dev,\n      app_port: x } }\n",
  ),
  "a role of Kamal 1 and of today": roles(
    "  web:\n    hosts: [10.0.0.1]\n    traefik: true\n    proxy: true\n",
  ),
  "a role of Kamal 1 that is neither served nor not": roles(
    "  web:\n    hosts: [10.0.0.1]\n    traefik: maybe\n",
  ),

  // Environment
  "an environment as a list": shop("env: [PORT]\n"),
  "an environment of both forms": shop("env:\n  PORT: 3000\n  secret: [KEY]\n"),
  "a secret that is no name": shop("env:\n  secret:\n    - KEY=hunter2\n"),
  "a secret as a map": shop("env:\n  secret:\n    KEY: hunter2\n"),
  "a variable without a value": shop("env:\n  clear:\n    PORT:\n"),
  "a variable with a list": shop("env:\n  clear:\n    PORTS: [1, 2]\n"),

  // Proxy
  "a proxy that is true": shop("proxy: true\n"),
  "a port that is a word": shop("proxy:\n  app_port: three thousand\n"),
  "a port out of range": shop("proxy:\n  app_port: 70000\n"),
  "host and hosts": shop("proxy:\n  host: a.dev\n  hosts: [b.dev]\n"),
  "path_prefix and path_prefixes": shop("proxy:\n  path_prefix: /a\n  path_prefixes: [/b]\n"),
  "a health path without a slash": shop("proxy:\n  healthcheck:\n    path: up\n"),
  "a mistyped key of the health check": shop("proxy:\n  healthcheck:\n    intervall: 3\n"),
  "HTTPS without a host": shop("proxy:\n  ssl: true\n"),
  "HTTPS on two servers": `service: shop
image: acme/shop
servers: [10.0.0.1, 10.0.0.2]
proxy:
  ssl: on
  host: shop.acme.dev
`,
  "a certificate without its key": shop(
    "proxy:\n  host: a.dev\n  ssl:\n    certificate_pem: CERT\n",
  ),
  "a certificate in the file": shop(
    "proxy:\n  host: a.dev\n  ssl:\n    certificate_pem: |\n      -----BEGIN CERTIFICATE-----\n      MIIB\n    private_key_pem: KEY\n",
  ),
  "HTTPS for a wildcard": shop("proxy:\n  host: '*.a.dev'\n  ssl: true\n"),
  "a canonical host that is not answered": shop(
    "proxy:\n  host: a.dev\n  canonical_host: www.a.dev\n",
  ),
  "staging without HTTPS": shop("proxy:\n  host: a.dev\n  ssl_staging: true\n"),
  "an authority without HTTPS": shop(
    "proxy:\n  host: a.dev\n  acme_directory: https://ca.a.dev/directory\n",
  ),
  "an authority beside staging": shop(
    "proxy:\n  host: a.dev\n  ssl: true\n  ssl_staging: true\n  acme_directory: https://ca.a.dev/\n",
  ),
  "a health check of no port": shop("proxy:\n  healthcheck:\n    port: 0\n    host: [a.dev]\n"),
  "a proxy bound to what is no address": shop("proxy:\n  run:\n    bind_ips: [ten]\n"),
  "a proxy that is not published": shop(
    "proxy:\n  run:\n    publish: false\n    bind_ips: [10.0.0.1]\n",
  ),

  // Registry, builder, boot, SSH
  "a password in the file": shop("registry:\n  username: ci\n  password: hunter2\n"),
  "a password that is a map": shop("registry:\n  username: ci\n  password:\n    secret: hunter2\n"),
  "two passwords": shop("registry:\n  username: ci\n  password: [ONE, TWO]\n"),
  "a password without a name": shop("registry:\n  password: [PASSWORD]\n"),
  "a name without a password": shop("registry:\n  username: ci\n"),
  "an architecture with its system": shop("builder:\n  arch: linux/amd64\n"),
  "keys that Docker's own builder knows nothing of": shop(
    "builder:\n  arch: [amd64, arm64]\n  driver: docker\n  remote: ssh://b\n  cache:\n    type: gha\n",
  ),
  "keys that buildpacks know nothing of": shop(
    "builder:\n  arch: [amd64, arm64]\n  pack: { builder: b, buildpacks: [a] }\n  target: app\n  ssh: default\n  secrets: [A.B]\n",
  ),
  "a builder of Kamal 1 beside one of today": shop(
    "builder:\n  arch: amd64\n  local:\n    arch: amd64\n    host: unix:///run/docker.sock\n  remote:\n    hots: ssh://b\n",
  ),
  "quiet hooks that are none": shop("hooks_output: { pre-deploy: loud, pre-deplyo: quiet }\n"),
  "an output of hooks that is none": shop("hooks_output: loud\n"),
  "a builder that is mistyped": shop(
    "builder:\n  arch: []\n  driver: cloud acme\n  remote: b\n  secrets: [hunter 2]\n  cache: { type: s3, optoins: mode=max }\n  pack: { builder: b }\n",
  ),
  "no machine that builds": shop("builder:\n  local: false\n  cache: { type: gha, image: a }\n"),
  "a remote builder that cannot reach the registry":
    "service: shop\nservers: [10.0.0.1]\nregistry: { server: localhost:5000 }\nbuilder: { remote: tcp://b:2376 }\n",
  "a share that is none": shop("boot:\n  limit: 120%\n"),
  "a jump host that is none": shop("ssh:\n  proxy: root@10.0.0.9,-oProxyCommand=x\n"),
  "jump hosts as a list": shop("ssh:\n  proxy: [root@10.0.0.9]\n"),
  "a sign that no proxy command knows": shop("ssh:\n  proxy_command: nc %h %P\n"),
  "private keys in the file": shop(
    "ssh:\n  key_data:\n    - SSH_KEY\n    - |\n      -----BEGIN OPENSSH PRIVATE KEY-----\n      hunter2\n",
  ),
  "a private key that is not in a list": shop("ssh:\n  key_data: hunter2\n"),
  "an agent in words": shop("ssh:\n  forward_agent: please\n"),
  "a file of SSH by its name": shop("ssh:\n  config:\n    file: ~/.ssh/config\n"),
  "a log of SSH that is none": shop("ssh:\n  log_level: loud\n"),
  "no connection at a time": shop("sshkit:\n  max_concurrent_starts: 0\n"),
  "half a look-up": shop("sshkit:\n  dns_retries: 0.5\n"),
  "a pool of connections": shop("sshkit:\n  pool_idle_timeout: 300\n"),
  "a mistyped key of sshkit": shop("sshkit:\n  dns_retry: 3\n"),
  "a user that is none": shop("ssh:\n  user: -l\n"),
  "a port of SSH that is none": shop("ssh:\n  port: 100000\n"),

  // Accessories
  "an accessory without an image": accessory("    host: 10.0.0.2\n"),
  "an accessory without a place": accessory("    image: postgres:17\n"),
  "an accessory with two places": accessory(
    "    image: postgres:17\n    host: 10.0.0.2\n    role: web\n",
  ),
  "an accessory on an unknown role": accessory("    image: postgres:17\n    roles: [wbe]\n"),
  "an accessory on no host": accessory("    image: postgres:17\n    tag: eu\n"),
  "an accessory with a proxy": accessory(
    "    image: postgres:17\n    role: web\n    proxy:\n      host: a.dev\n",
  ),
  "a file without a place": accessory(
    "    image: postgres:17\n    role: web\n    files: [my.cnf]\n",
  ),
  "a mode that is none": accessory(
    "    image: p:1\n    role: web\n    files:\n      - local: a\n        remote: /a\n        mode: rwx\n",
  ),
  "a path that climbs": accessory(
    "    image: p:1\n    role: web\n    files: [a:/../../etc/passwd]\n",
  ),
  "a port that is a list": accessory("    image: p:1\n    role: web\n    port: [1]\n"),
  "a file with ERB": accessory("    image: p:1\n    role: web\n    files: ['a.sql.erb:/a.sql']\n"),

  // Kamal 1
  "keys of Kamal 1": shop(`healthcheck:
  path: /up
  cmd: curl localhost
  cord: false
  exposed_port: 4000
  log_lines: 100
  intervall: 1s
`),
  "keys of Kamal 1 beside those that took their place": shop(`stop_wait_time: 10
stop_timeout: 10
env:
  tags: {}
env_tags:
  eu: { REGION: eu }
healthcheck:
  path: /up
  port: 3000
  interval: 1s
  max_attempts: 7
proxy:
  app_port: 3000
  healthcheck: { path: /up, interval: 1 }
deploy_timeout: 30
builder: { multiarch: false, arch: amd64 }
`),
  "values of Kamal 1's keys that are none": shop(`stop_wait_time: soon
env_tags: [eu]
healthcheck:
  path: up
  port: web
  interval: 500ms
  max_attempts: 1.5
builder: { multiarch: maybe }
`),
  "a health check of Kamal 1 that is none": shop("healthcheck: /up\n"),
  "a health check of Kamal 1 in a role": roles(
    "  web:\n    hosts: [10.0.0.1]\n    healthcheck:\n      cmd: bin/healthy\n",
  ),
  "another run directory": shop("run_directory: /srv/kamal\n"),
  "Traefik with what kamal-proxy alone can do": shop(
    "traefik: {}\nproxy:\n  host: a.dev\n  ssl: true\n  buffering: { requests: false }\n",
  ),
  "a Traefik that is mistyped": shop("traefik:\n  host_prt: 80\n  args: [a]\n  cord: here\n"),
  // Hostile texts
  "a key that objects are born with": shop("__proto__:\n  polluted: true\nconstructor: 1\n"),
  "a key with an escape code": shop('"\\e[2J": 1\n'),
  "a key with a line break": shop('"a\\nb": 1\n'),
  "a very long value": shop(`boot:\n  limit: ${"9".repeat(3000)}%\n`),
  "a very long line of spaces": shop(`labels: {}${" ".repeat(20_000)}# end\nservice_name: x\n`),
  "many problems at once": `service: shop_
image: acme/shop:v1
servers:
  web:
    hosts:
      - 10.0.0.1
      - 10.0.0.2:
          - eu
    cmd: [a, b]
proxy:
  hst: a.dev
  app_port: "80"
aliases:
  console: app exec "bash
  plan: details
  Shell: app exec bash
asset_path: app/public
env:
  secret: KEY
`,
};

function shop(more: string): string {
  return `service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1\n${more}`;
}

function roles(more: string): string {
  return `service: shop\nimage: acme/shop\nservers:\n${more}`;
}

function accessory(more: string): string {
  return shop(`accessories:\n  db:\n${more}`);
}

/** Ten anchors of which each repeats the one before ten times. */
function multiplied(): string {
  const levels = Array.from({ length: 9 }, (_, index) => {
    const items = Array(10).fill(`*a${index}`).join(", ");
    return `x-${index + 1}: &a${index + 1} [${items}]\n`;
  });
  return shop(`x-0: &a0 [x, x]\n${levels.join("")}volumes: *a9\n`);
}
