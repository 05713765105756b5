import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { configuredTarget } from "../../sdk/transport/configured_target.ts";
import { SshConfig } from "../../sdk/transport/ssh_config.ts";
import type { Target } from "../../sdk/transport/transport.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { output, serverTest } from "./ssh_server.ts";

const FILES: Readonly<Record<string, string>> = {
  ".ssh/config": `# first
Include work/*.conf  missing ~/.ssh/more
Host web1 "web 2" !web9 app-?? # those of the shop
  HostName %h.shop.test
  User=shop
  Port = 2222
  IdentityFile "~/.ssh/shop key"
  IdentityFile ~/.ssh/%r-%h
\tidentitiesonly yes
Host bastion
  HostName 192.0.2.1
  User jump
  Port 2022
  IdentityFile ~/.ssh/bastion
Host direct
  ProxyJump none
  ProxyCommand never
Host socks
  ProxyCommand nc -X 5 -x "a b:1080" %h %p # all of it
Match host *.shop.test user shop
  ProxyJump bastion,me@far:2200
Match originalhost web1 exec "touch /tmp/never"
  Port 1
Match !host web1.shop.test,direct originalhost web?
  UserKnownHostsFile ~/.ssh/known_shop /dev/null
  StrictHostKeyChecking yes
Match all
  IdentityFile ~/.ssh/for_all
Host *
  User everyone
  ProxyJump bastion
`,
  ".ssh/work/a.conf": "Host web3\n  Port 3\n  Include ../more\n",
  ".ssh/work/b.conf": "Host web3\n  Port 33\nHost web4\n  HostName 10.0.0.4\n",
  ".ssh/work/ignored": "Host *\n  Port 99\n",
  ".ssh/more": "User of_more\nInclude ~/.ssh/more\n",
};

const HOSTS = [
  "web1",
  "web 2",
  "WEB1",
  "web3",
  "web4",
  "web9",
  "app-12",
  "bastion",
  "direct",
  "socks",
];

async function withConfig(body: (config: SshConfig, home: string) => Promise<void>): Promise<void> {
  await withProject(FILES, async (home) => {
    await body(new SshConfig(["~/.ssh/config", "/nowhere/config"], home), home);
  });
}

Deno.test("SshConfig takes the first that is said of a host, by pattern, and all of its keys", async () => {
  await withConfig(async (config, home) => {
    const { hostName, user, port, identityFiles, identitiesOnly } = await config.of("web1", "root");
    assertEquals([hostName, user, port, identitiesOnly], [
      "web1.shop.test",
      "of_more",
      2222,
      true,
    ]);
    assertEquals(
      identityFiles,
      ["shop key", "root-web1.shop.test", "for_all"].map((name) => join(home, ".ssh", name)),
    );
    assertEquals((await config.of("app-12", "shop")).proxyJump, "bastion,me@far:2200");
    assertEquals((await config.of("app-12", "root")).proxyJump, "bastion");
    assertEquals((await config.of("app-123", "shop")).hostName, undefined);
  });
});

Deno.test("SshConfig reads what files include, within the block that includes them", async () => {
  await withConfig(async (config) => {
    assertEquals((await config.of("web3", undefined)).port, 3);
    assertEquals((await config.of("web4", undefined)).hostName, "10.0.0.4");
    assertEquals((await config.of("other", undefined)).port, undefined);
  });
});

Deno.test("SshConfig takes the way to a host that is said first, and none for one", async () => {
  await withConfig(async (config) => {
    const wayTo = async (host: string): Promise<unknown> => {
      const { proxyJump, proxyCommand } = await config.of(host, "root");
      return [proxyJump, proxyCommand];
    };
    assertEquals(await wayTo("direct"), [undefined, undefined]);
    assertEquals(await wayTo("socks"), [
      undefined,
      'nc -X 5 -x "a b:1080" %h %p # all of it',
    ]);
    assertEquals(await wayTo("other"), ["bastion", undefined]);
  });
});

Deno.test("SshConfig never runs what a Match line names", async () => {
  await withConfig(async (config) => {
    assertEquals((await config.of("web1", "root")).port, 2222);
  });
  assertEquals(await Deno.stat("/tmp/never").then(() => true, () => false), false);
});

serverTest("SshConfig says what ssh says", async () => {
  await withConfig(async (config, home) => {
    // ssh takes ~ and what is included for the user's own, whatever HOME is.
    const text = FILES[".ssh/config"]!.split("\n").filter((line) => !/^Include| exec /.test(line))
      .join("\n").replaceAll("~/", `${home}/`);
    const file = join(home, "config");
    await Deno.writeTextFile(file, text);
    const ours = new SshConfig([file], home);
    for (const host of HOSTS.filter((host) => !host.includes(" "))) {
      const theirs = await output("ssh", ["-G", "-F", file, "-l", "shop", host]);
      const said = (key: string): readonly string[] =>
        [...theirs.matchAll(new RegExp(`^${key} (.*)$`, "gm"))].map(([, value = ""]) => value);
      const settings = await ours.of(host, "shop");
      assertEquals([settings.hostName ?? host.toLowerCase()], said("hostname"), host);
      assertEquals([String(settings.port ?? 22)], said("port"), host);
      assertEquals([settings.proxyJump ?? []].flat(), said("proxyjump"), host);
      assertEquals([settings.identitiesOnly ? "yes" : "no"], said("identitiesonly"), host);
      const strict = said("stricthostkeychecking")[0];
      assertEquals(settings.isStrict, strict === "true" || strict === "yes", host);
    }
    assertEquals((await config.of("web1", "root")).isStrict, false);
  });
});

const TARGET: Target = { name: "web1", address: "web1", port: 22, user: "shop" };

Deno.test("configuredTarget() fills in what the target does not say, and nothing else", async () => {
  await withConfig(async (config, home) => {
    const filled = await configuredTarget(TARGET, config, false);
    assertEquals([filled.name, filled.address, filled.port, filled.user], [
      "web1",
      "web1.shop.test",
      22,
      "shop",
    ]);
    assertEquals(filled.keys?.length, 3);
    assertEquals(filled.jumps?.map(({ address, port, user }) => `${user}@${address}:${port}`), [
      "of_more@192.0.2.1:2022",
      "me@far:2200",
    ]);
    assertEquals(filled.jumps?.[0]?.keys?.[0], join(home, ".ssh/bastion"));
    const jumps = [{ address: "bastion", port: 22, user: "root" }];
    const said = await configuredTarget({ ...TARGET, keys: ["~/k"], jumps }, config, false);
    assertEquals([said.keys, said.proxyCommand], [["~/k"], undefined]);
    assertEquals(said.jumps?.map(({ address, port, user }) => [address, port, user]), [
      ["192.0.2.1", 22, "root"],
    ]);
    assertEquals((await configuredTarget(TARGET, config, true)).keys, undefined);
    assertEquals((await configuredTarget({ ...TARGET, jumps: [] }, config, false)).jumps, []);
    const none = await configuredTarget(TARGET, new SshConfig([], home), false);
    assertEquals([none.address, none.keys, none.jumps, none.proxyCommand], [
      "web1",
      undefined,
      [],
      undefined,
    ]);
  });
});
