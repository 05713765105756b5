import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { configOf, destinationsOf, fixture, fixtureNames, FIXTURES } from "./kamal_fixtures.ts";
import { factsOf } from "./yaml_facts.ts";
import { assertGolden } from "./yaml_golden.ts";

async function outcomeOf(name: string, destination?: string): Promise<readonly string[]> {
  try {
    return factsOf(await configOf(fixture(name, destination))).map(withoutUsual);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.details.map((line) => `✖ ${line.slice(line.lastIndexOf("/kamal/") + 7)}`);
  }
}

/** What stands in every command; the next test compares whole ones. */
function withoutUsual(command: string): string {
  return USUAL.reduce<string>((text, usual) => text.replace(usual, ""), command);
}

const USUAL: readonly (string | RegExp)[] = [
  ...["--detach ", "--restart unless-stopped ", "--network kamal ", "--log-opt max-size=10m "],
  ...["--deploy-timeout=30s ", "--drain-timeout=30s ", "--buffer-requests ", "--buffer-responses "],
  / --log-request-header=Cache-Control --log-request-header=Last-Modified --log-request-header=User-Agent$/,
  ...[/--env KAMAL_CONTAINER_NAME=\S+ /, /--env KAMAL_VERSION=\S+ /, /--env KAMAL_HOST=\S+ /],
];

Deno.test("loadDeployment() makes of each of Kamal's configurations what Kamal makes of it", async () => {
  const sections: string[] = [];
  for (const name of await fixtureNames()) {
    for (const destination of await destinationsOf(name)) {
      const title = `# ${name}${destination === undefined ? "" : ` -d ${destination}`}`;
      sections.push([title, ...await outcomeOf(name, destination), ""].join("\n"));
    }
  }
  assert(sections.length >= 45, "fixtures are missing");
  await assertGolden(new URL("expected.txt", FIXTURES), sections.join("\n"));
});

/** Commands that Kamal 2.12 was seen to give for configurations. */
const KAMALS_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  deploy_as_documented: [
    '10.0.0.1$ docker run --detach --restart unless-stopped --name shop-web-<version> --network kamal --hostname 10.0.0.1-<random> --env KAMAL_CONTAINER_NAME="shop-web-<version>" --env KAMAL_VERSION="<version>" --env KAMAL_HOST="10.0.0.1" --env A="1" --env-file .kamal/apps/shop/env/roles/web.env --log-opt max-size="10m" --volume /data:/data --label service="shop" --label role="web" --label destination registry.acme.dev/acme/shop:<version>',
    '10.0.0.1$ kamal-proxy deploy shop-web --target="<id>:3000" --host="shop.example.com" --deploy-timeout="30s" --drain-timeout="30s" --buffer-requests --buffer-responses --log-request-header="Cache-Control" --log-request-header="Last-Modified" --log-request-header="User-Agent"',
    '10.0.0.2$ docker run --detach --restart unless-stopped --name shop-web-<version> --network kamal --hostname 10.0.0.2-<random> --env KAMAL_CONTAINER_NAME="shop-web-<version>" --env KAMAL_VERSION="<version>" --env KAMAL_HOST="10.0.0.2" --env A="1" --env REGION="eu" --env-file .kamal/apps/shop/env/roles/web.env --log-opt max-size="10m" --volume /data:/data --label service="shop" --label role="web" --label destination registry.acme.dev/acme/shop:<version>',
    '10.0.0.3$ docker run --detach --restart on-failure:3 --name shop-job-<version> --network kamal --hostname 10.0.0.3-<random> --env KAMAL_CONTAINER_NAME="shop-job-<version>" --env KAMAL_VERSION="<version>" --env KAMAL_HOST="10.0.0.3" --env A="1" --env-file .kamal/apps/shop/env/roles/job.env --log-opt max-size="10m" --volume /data:/data --label service="shop" --label role="job" --label destination --memory "2g" registry.acme.dev/acme/shop:<version> bin/jobs',
    '10.0.0.4$ docker run --name shop-db --detach --restart unless-stopped --network kamal --log-opt max-size="10m" --publish 3306:3306 --env KAMAL_HOST="10.0.0.4" --env X="y" --env-file .kamal/apps/shop/env/accessories/db.env --volume $PWD/shop-db/etc/mysql/my.cnf:/etc/mysql/my.cnf:ro --volume $PWD/shop-db/data:/var/lib/mysql --label service="shop-db" mysql:8.0',
  ],
  deploy_with_quotes: [
    '10.0.0.1$ docker run --detach --restart unless-stopped --name shop-web-<version> --network kamal --hostname 10.0.0.1-<random> --env KAMAL_CONTAINER_NAME="shop-web-<version>" --env KAMAL_VERSION="<version>" --env KAMAL_HOST="10.0.0.1" --env LOG_LEVEL="info" --env QUOTED="it\'s \\"quoted\\" \\$HOME" --env PRIMARY="1" --env-file .kamal/apps/shop/env/roles/web.env --log-opt max-size="10m" --label service="shop" --label role="web" --label destination 10.0.0.9:5000/shop:<version>',
    '10.0.0.2$ docker run --detach --restart unless-stopped --name shop-job-<version> --network kamal --hostname 10.0.0.2-<random> --env KAMAL_CONTAINER_NAME="shop-job-<version>" --env KAMAL_VERSION="<version>" --env KAMAL_HOST="10.0.0.2" --env LOG_LEVEL="info" --env QUOTED="it\'s \\"quoted\\" \\$HOME" --env-file .kamal/apps/shop/env/roles/job.env --log-opt max-size="10m" --label service="shop" --label role="job" --label destination --memory "64m" 10.0.0.9:5000/shop:<version> /bin/sh -c "trap \'echo stopping; exit 0\' TERM; while true; do echo working; sleep 1; done"',
  ],
};

Deno.test("loadDeployment() comes to the very words of Kamal's commands", async () => {
  // Kamal quotes the values of options, and orders an accessory's options in another way.
  const words = (command: string): string =>
    command.replaceAll(/["\\]/g, "").split(" ").toSorted().join(" ");
  for (const [name, commands] of Object.entries(KAMALS_COMMANDS)) {
    const facts = factsOf(await configOf(fixture(name)));
    for (const command of commands) {
      const isThere = facts.some((fact) => words(fact) === words(command));
      assert(isThere, `${command}\n\nis none of\n\n${facts.join("\n")}`);
    }
  }
});

Deno.test("loadDeployment() lays a destination's file over the other as Kamal does", async () => {
  const [base, mars, world] = [
    await configOf(fixture("deploy_for_dest")),
    await configOf(fixture("deploy_for_dest", "mars")),
    await configOf(fixture("deploy_for_dest", "world")),
  ];
  const [baseWeb, marsWeb, worldWeb] = [base, mars, world].map(({ roles }) => roles[0]);
  assertEquals(baseWeb?.hosts, ["10.0.0.1"]);
  // Lists take each other's place, maps are merged.
  assertEquals(marsWeb?.hosts, ["10.0.4.1", "10.0.4.2"]);
  assertEquals(marsWeb?.env["10.0.4.1"]?.clear, { REGION: "mars", PORT: "3000" });
  assertEquals(mars.labels, { team: "shop", planet: "mars" });
  assertEquals([marsWeb?.containerPrefix, mars.destination], ["shop-web-mars", "mars"]);
  // A list of hosts gives way to a role with more than hosts.
  assertEquals([worldWeb?.hosts, worldWeb?.cmd], [["10.0.3.1"], "bin/world"]);
  assertEquals(worldWeb?.env["10.0.3.1"]?.secret, { WORLD_KEY: "WORLD_KEY" });
});

Deno.test("loadDeployment() reads the aliases that Kamal's new projects have", async () => {
  assertEquals((await configOf(fixture("deploy_from_template"))).aliases, {
    console: 'app exec --interactive --reuse "bin/rails console"',
    dbc: 'app exec --interactive --reuse "bin/rails dbconsole --include-password"',
    logs: "app logs -f",
    shell: 'app exec --interactive --reuse "bash"',
  });
});

Deno.test("loadDeployment() adds the aliases of a destination's file", async () => {
  const second = "details -c config/deploy2.yml";
  const elsewhere = "details -d elsewhere";
  assertEquals((await configOf(fixture("deploy"))).aliases, { second, elsewhere });
  const { aliases } = await configOf(fixture("deploy", "elsewhere"));
  assertEquals(aliases, { second, elsewhere, here: "details" });
});
