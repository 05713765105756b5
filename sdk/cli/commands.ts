/**
 * The table of commands: parsing, help and running all follow it.
 * What a row runs is loaded only when it runs, so that a short answer takes a short time.
 *
 * @module
 */

import { ACCESSORY_COMMANDS } from "./accessory_commands.ts";
import { APP_COMMANDS } from "./app_commands.ts";
import { CANARY_COMMANDS } from "./canary_commands.ts";
import type { Command, CommandContext, Flag, Invocation, Operand } from "./command.ts";
import { BUILD_FLAGS, DEPLOY_FLAGS, REGISTRY_FLAGS } from "./flags.ts";
import { PROXY_COMMANDS } from "./proxy_commands.ts";
import { ask, change, changeUnasked, row } from "./row.ts";
import { SECRETS_COMMANDS } from "./secrets_commands.ts";
import { TRAEFIK_COMMANDS } from "./traefik_commands.ts";
import {
  buildVerb,
  deployVerb,
  lockAcquireVerb,
  plain,
  pruneVerb,
  registryVerb,
  rollbackVerb,
  serverExecVerb,
} from "./verbs.ts";

const CMD: Operand = { name: "CMD", repeats: true };

const DOCS_FLAGS: readonly Flag[] = [
  { name: "yaml", summary: "in the spelling of config/deploy.yml" },
  { name: "markdown", summary: "print Markdown" },
  { name: "json-schema", summary: "print a JSON Schema, by which editors complete and check" },
];

const ROLLBACK_FLAGS: readonly Flag[] = [
  { name: "list", summary: "show the releases that there are, and do nothing" },
];

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = Object.freeze([
  row("setup", "make hosts ready, boot accessories and deploy", change(deployVerb("setup")), {
    flags: DEPLOY_FLAGS,
  }),
  row("deploy", "bring a version to its hosts without a gap", change(deployVerb("deploy")), {
    flags: DEPLOY_FLAGS,
  }),
  row("redeploy", "deploy without pruning", change(deployVerb("redeploy")), {
    flags: DEPLOY_FLAGS,
  }),
  row(
    "rollback",
    "go back to an earlier version (default: the last that served before)",
    rollback,
    { operands: [{ name: "VERSION", optional: true }], flags: ROLLBACK_FLAGS },
  ),
  ...CANARY_COMMANDS,
  row("plan", "show what deploy would change, on which host, and why", showPlan, {
    flags: [...DEPLOY_FLAGS, {
      name: "exit-code",
      summary: "exit with 10 when something would change",
    }],
  }),
  row(
    "drift",
    "show in which fields hosts differ from the configuration; exit with 10 where they do",
    ask(plain("drift")),
  ),
  row("details", "list the containers on every host", ask(plain("details"))),
  ...APP_COMMANDS,
  ...ACCESSORY_COMMANDS,
  ...PROXY_COMMANDS,
  ...TRAEFIK_COMMANDS,
  row(
    "env push",
    "write the env files with secrets to the hosts; nothing is booted",
    change(plain("env push")),
  ),
  row("env delete", "remove the env files from the hosts", change(plain("env delete"))),
  row("envify", "make .env from .env.erb, and write the env files to the hosts", envify, {
    flags: [{ name: "skip-push", short: "P", summary: "write nothing to the hosts" }],
  }),
  row("lock status", "show who holds the deploy lock", ask(plain("lock status"))),
  row("lock acquire", "take the deploy lock until it is released", changeUnasked(lockAcquireVerb), {
    flags: [{
      name: "message",
      short: "m",
      value: { name: "TEXT", kind: "text" },
      required: true,
      summary: "why",
    }],
  }),
  row(
    "lock release",
    "release the deploy lock, whoever holds it",
    changeUnasked(plain("lock release")),
  ),
  row("server bootstrap", "install Docker where it is missing", change(plain("server bootstrap"))),
  row("audit", "show the last lines of the audit log on every host", ask(plain("audit"))),
  row("server exec", "run a command on every host", ask(serverExecVerb), {
    operands: [CMD],
    flags: [{ name: "interactive", short: "i", summary: "hand over this terminal" }],
  }),
  row("build push", "build the image and push it", change(buildVerb("build push")), {
    flags: BUILD_FLAGS,
  }),
  row("build pull", "have hosts pull the image", change(buildVerb("build pull"))),
  row("build deliver", "build the image, push it and pull it", change(buildVerb("build deliver")), {
    flags: BUILD_FLAGS,
  }),
  ...["registry login", "registry setup"].map((words) =>
    row(
      words,
      "log in to the registry, here and on all hosts",
      change(registryVerb("registry login")),
      {
        flags: REGISTRY_FLAGS,
      },
    )
  ),
  ...["registry logout", "registry remove"].map((words) =>
    row(
      words,
      "log out of the registry, here and on all hosts",
      change(registryVerb("registry logout")),
      {
        flags: REGISTRY_FLAGS,
      },
    )
  ),
  ...["prune", "prune all"].map((words) =>
    row(words, "remove old containers and unused images", change(pruneVerb(undefined)))
  ),
  row("prune containers", "remove old containers", change(pruneVerb("containers")), {
    flags: [{
      name: "retain",
      value: { name: "COUNT", kind: "count" },
      summary: "how many versions stay (default: as configured)",
    }],
  }),
  row("prune images", "remove unused images", change(pruneVerb("images"))),
  row(
    "remove",
    "remove the app, its accessories and the proxy from all hosts",
    change(plain("remove")),
  ),
  ...SECRETS_COMMANDS,
  row("config", "print the resolved configuration; secrets by name", showConfig),
  row("docs", "explain what a deployment may say (default: list the sections)", showDocs, {
    operands: [{ name: "SECTION", optional: true }],
    flags: DOCS_FLAGS,
  }),
  row("init", "write the files of a new deployment", init, {
    flags: [{
      name: "from",
      value: { name: "FILE", kind: "text" },
      summary: "only a deploy.ts, with what Kamal's config/deploy.yml says",
    }],
  }),
  row("version", "print the version of sextant", showVersion),
]);

async function rollback(invocation: Invocation, context: CommandContext): Promise<number> {
  const { operands, flags } = invocation;
  if (!flags.on.has("list")) return await change(rollbackVerb)(invocation, context);
  if (operands.length === 0) return await ask(plain("releases"))(invocation, context);
  const { tellTrouble } = await import("./failure.ts");
  return tellTrouble({
    code: "USAGE",
    message: `rollback goes to ${operands[0]}, or lists what there is`,
    hint: "Leave out one of them.",
  }, { io: context.io, json: flags.on.has("json") });
}

async function showPlan(invocation: Invocation, context: CommandContext): Promise<number> {
  const { runPlan } = await import("./run.ts");
  return await runPlan(deployVerb("deploy")(invocation), invocation, context);
}

async function showConfig(invocation: Invocation, context: CommandContext): Promise<number> {
  const { printConfig } = await import("./project.ts");
  return await printConfig(invocation, context);
}

async function envify(invocation: Invocation, context: CommandContext): Promise<number> {
  const { runEnvify } = await import("./envify.ts");
  return await runEnvify(invocation, context);
}

async function showDocs(invocation: Invocation, context: CommandContext): Promise<number> {
  const { printDocs } = await import("./docs.ts");
  return printDocs(invocation, context);
}

async function init(invocation: Invocation, context: CommandContext): Promise<number> {
  const { from } = invocation.flags.text;
  if (from !== undefined) {
    const { printInitFrom } = await import("./init_from.ts");
    return await printInitFrom(from, invocation, context);
  }
  const { printInit } = await import("./project.ts");
  return await printInit(invocation, context);
}

async function showVersion({ flags }: Invocation, { io }: CommandContext): Promise<number> {
  const { VERSION, versionLine } = await import("../version.ts");
  if (flags.on.has("json")) {
    const { toJsonLine } = await import("../report/json.ts");
    io.out.write(toJsonLine({ type: "version", version: VERSION }));
  } else io.out.write(versionLine());
  return 0;
}
