/**
 * Configurations that mean harm, or that a parser could trip over; and rules between several keys.
 *
 * @module
 */

/** A file that must be refused, by what is wrong with it. */
export const HOSTILE: Readonly<Record<string, string>> = {
  // YAML
  "a merge of a text": shop("x-a: &a text\nlabels:\n  <<: *a\n"),
  "a merge of a list of texts": shop("labels:\n  <<: [a, b]\n"),
  "a merge that brings a mistyped key": shop("x-a: &a { appport: 80 }\nproxy:\n  <<: *a\n"),
  "a merge of several that bring a wrong value": shop(
    "x-a: &a { app_port: x }\nx-b: &b { host: a.dev }\nproxy:\n  <<: [*b, *a]\n",
  ),
  "a tag that makes a function": shop("labels:\n  a: !!js/function 'function () {}'\n"),
  "a tag that makes a regular expression": shop("labels:\n  a: !!js/regexp /a/\n"),
  "a tag that makes a set": shop("labels: !!set { a, b }\n"),
  "a directive that is none": "%YAML 9.9\n%FOO\n--- {service: shop\n",
  "a NUL in the file": "service: shop\0\nimage: acme/shop\n",
  "a control character in a text": 'service: "shop\x07"\nimage: acme/shop\nservers: [a]\n',
  "an indentation that ends in nothing": shop("proxy:\n    host: a.dev\n  app_port: 80\n"),
  "a list below a text": shop("labels: team\n  - a\n"),
  "a block text without an end of indentation": shop("labels:\n  a: |9\n  b\n"),
  "a flow map without a comma": shop("proxy: { host: a.dev app_port: 80 }\n"),
  "a wide quote for a straight one": shop("retain_containers: “3”\n"),
  "an exponent for a number": shop("proxy:\n  app_port: 1e9\n"),
  "an octal number of YAML 1.2": shop("proxy:\n  app_port: 0o17\n"),
  "a time for a number": shop("proxy:\n  app_port: 12:30:45\n"),
  "infinity for a number": shop("deploy_timeout: .inf\n"),
  "no number for a number": shop("deploy_timeout: .nan\n"),
  "a negative number": shop("drain_timeout: -1\n"),
  "a number beyond all": shop("drain_timeout: 99999999999999999999\n"),

  // ERB
  "ERB in ERB": shop("labels:\n  a: <%= <%= 1 %> %>\n"),
  "ERB that ends before it begins": shop("labels:\n  a: %> <%= ENV['A'] <%\n"),
  "ERB with a method": shop('labels:\n  a: <%= ENV["A"].to_i %>\n'),
  "ERB with another quote": shop("labels:\n  a: <%= ENV[`A`] %>\n"),
  "ERB that reads a file": shop("labels:\n  a: <%= File.read('/etc/passwd') %>\n"),
  "ERB that fills in a key": shop("<%= %x(echo lables) %>: { a: b }\n"),
  "ERB that fills in lines": shop("<%= %x(printf 'boot:\\n  limt: 1\\n') %>\n"),
  "ERB with a command that there is not": shop("labels:\n  a: <%= `no-such-program-anywhere` %>\n"),
  "ERB with a command that is killed": shop("labels:\n  a: <%= `kill -9 $$` %>\n"),
  "ERB that gives another tag of ERB": shop("labels:\n  <%= %x(echo '<%= 1 %%>: [') %>\n"),

  // Hostile texts
  "a name that is a path": "service: ../../etc\nimage: acme/shop\nservers: [10.0.0.1]\n",
  "a name with a line break": 'service: "shop\\nrm -rf /"\nimage: acme/shop\nservers: [10.0.0.1]\n',
  "a name that is an option": "service: --privileged\nimage: acme/shop\nservers: [10.0.0.1]\n",
  "a host with a command": servers('["10.0.0.1; reboot"]'),
  "a host with a substitution": servers('["$(reboot)"]'),
  "a host with a line break": servers('["10.0.0.1\\n10.0.0.2"]'),
  "a host that is empty": servers('[""]'),
  "a host with a port that is none": servers("[10.0.0.1:99999]"),
  "a host that is a URL": servers("[https://10.0.0.1]"),
  "a host from right to left": servers('["10.0.0.1\\u202e"]'),
  "a role that is a path": roles("  web: [10.0.0.1]\n  ../jobs: [10.0.0.2]\n"),
  "a role that is an option": roles("  web: [10.0.0.1]\n  --rm: [10.0.0.2]\n"),
  "a variable with an equals sign in its name": shop("env:\n  clear:\n    A=B: c\n"),
  "a variable without a name": shop('env:\n  clear:\n    "": c\n'),
  "a variable with a line break in its name": shop('env:\n  clear:\n    "A\\nB": c\n'),
  "a variable with NUL in its value": shop('env:\n  clear:\n    A: "b\\0c"\n'),
  "a label with NUL in its value": shop('labels:\n  a: "b\\0c"\n'),
  "a label without a name": shop('labels:\n  "": a\n'),
  "a label with an equals sign in its name": shop("labels:\n  a=b: c\n"),
  "a command with NUL": roles('  web:\n    hosts: [10.0.0.1]\n    cmd: "a\\0b"\n'),
  "an option with an equals sign in its name": roles(
    "  web:\n    hosts: [10.0.0.1]\n    options: { memory=1g: true }\n",
  ),
  "an image with a space": "service: shop\nimage: acme/shop --privileged\nservers: [10.0.0.1]\n",
  "an image with capital letters": "service: shop\nimage: Acme/Shop\nservers: [10.0.0.1]\n",
  "an image of an accessory with a space": accessory("    image: a b\n    role: web\n"),
  "a registry with a space": shop("registry:\n  server: ghcr.io evil\n"),
  "a registry with its scheme": shop("registry:\n  server: https://ghcr.io\n"),
  "a path of hooks that is empty": shop("hooks_path: ''\n"),
  "a secret's name with a command": shop('env:\n  secret: ["A:$(id)"]\n'),
  "a public host name with a space": shop("proxy:\n  host: a b\n"),
  "a public host name with its scheme": shop("proxy:\n  host: https://a.dev\n"),
  "a network that is an option": accessory("    image: p:1\n    role: web\n    network: --x\n"),
  "a port of an accessory that is no port": accessory(
    "    image: p:1\n    role: web\n    port: x\n",
  ),
  "a port of an accessory with a space": accessory(
    "    image: p:1\n    role: web\n    port: '80:80 --privileged'\n",
  ),
  "an accessory named as a path": shop("accessories:\n  ../db:\n    image: p:1\n    role: web\n"),
  "a volume that is empty": shop("volumes: ['']\n"),
  "a dozen problems": shop(
    `labels:\n${Array.from({ length: 12 }, (_, index) => `  l${index}: [x]\n`).join("")}`,
  ),

  "a key of deploy.ts": shop("settings: {}\ndestinations: {}\nhooks: {}\n"),
  // Rules between several keys
  "an accessory that is called as the app": accessory(
    "    image: p:1\n    role: web\n    service: shop\n",
  ),
  "an accessory that is called as the proxy": accessory(
    "    image: p:1\n    role: web\n    service: kamal-proxy\n",
  ),
  "two accessories of one container": shop(`accessories:
  db: { image: "p:1", role: web, service: data }
  cache: { image: "r:1", role: web, service: data }
`),
  "two accessories on one port": shop(`accessories:
  db: { image: "p:1", role: web, port: 5432 }
  copy: { image: "p:1", role: web, port: "127.0.0.1:5432:5433" }
`),
  "two roles with one name for HTTPS": roles(
    "  web: [10.0.0.1]\n  api:\n    hosts: [10.0.0.2]\n    proxy: true\nproxy: { ssl: true, host: a.dev }\n",
  ),
  "host in one file's part and hosts in the other": roles(
    "  web:\n    hosts: [10.0.0.1]\n    proxy: { host: a.dev, hosts: [b.dev] }\n",
  ),
  "an empty role that boots first": roles(
    "  web: []\n  jobs: [10.0.0.1]\nallow_empty_roles: true\n",
  ),
  "a primary role that is empty": roles(
    "  web: [10.0.0.1]\n  jobs: []\nallow_empty_roles: true\nprimary_role: jobs\n",
  ),
  "a login that differs between roles": roles("  web: [a@10.0.0.1]\n  jobs: [b@10.0.0.1]\n"),
  "groups of no host": shop("boot:\n  limit: 0\n"),
  "groups of no share": shop("boot:\n  limit: 0%\n"),
  "a reserved label of a role": roles(
    "  web:\n    hosts: [10.0.0.1]\n    labels: { destination: x }\n",
  ),
  "a policy of restarts that is none, of an accessory": accessory(
    "    image: p:1\n    role: web\n    options: { restart: 'on-failure:x' }\n",
  ),
  "a login without a password": shop("registry:\n  username: [A]\n"),
  "registry as a text": shop("registry: ghcr.io\n"),
  "accessories as a list": shop("accessories: [db]\n"),
  "an accessory as a text": shop("accessories:\n  db: postgres:17\n"),
  "an alias that is a list": shop("aliases:\n  logs: [app, logs]\n"),
  "an alias that is empty": shop("aliases:\n  logs: ''\n"),
  "tags as a list": shop("env:\n  clear: { A: b }\n  tags: [eu]\n"),
  "tags within tags": shop("env:\n  tags:\n    eu:\n      tags: { us: { A: b } }\n"),
};

function shop(more: string): string {
  return `service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1\n${more}`;
}

function servers(list: string): string {
  return `service: shop\nimage: acme/shop\nservers: ${list}\n`;
}

function roles(more: string): string {
  return `service: shop\nimage: acme/shop\nservers:\n${more}`;
}

function accessory(more: string): string {
  return shop(`accessories:\n  db:\n${more}`);
}
