/**
 * Lint rules that hold the architecture: which layer may import which, and which must stay pure.
 *
 * @module
 */

/** What each layer may import besides itself; `type x` stands for types alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  command: [],
  config: ["errors", "type command"],
  observe: ["command", "errors", "type config"],
  operations: ["command", "errors", "observe"],
  plan: ["command", "errors", "config", "operations", "observe"],
  exec: ["command", "errors", "plan", "operations", "session"],
  session: ["command", "errors"],
  transport: ["command", "errors", "session"],
  secrets: ["errors", "type command"],
  project: ["errors", "config"],
  load: ["errors", "config"],
  report: ["errors", "plan", "operations", "type exec"],
  commander: [
    ...["errors", "command", "config", "observe", "operations", "plan", "exec"],
    ...["transport", "session", "project", "secrets"],
  ],
  deploy: ["errors", "commander", "config", "type command", "type exec", "type plan"],
  simulate: ["errors", "command", "operations", "observe", "type session", "type config"],
  mod: [
    ...["errors", "command", "config", "observe", "operations", "plan", "exec", "session"],
    ...["transport", "secrets", "report", "commander", "deploy"],
  ],
  testing: [
    ...["errors", "command", "config", "observe", "operations", "plan", "exec", "session"],
    ...["transport", "commander", "deploy", "simulate"],
  ],
  recipes: ["mod"],
  version: [],
  cli: [
    ...["commander", "errors", "load", "plan", "report", "version", "config", "secrets"],
    "type exec",
  ],
};

/** Layers whose result depends on their arguments alone. */
const PURE: ReadonlySet<string> = new Set([
  ...["errors", "command", "config", "observe", "operations", "plan", "report", "deploy"],
]);

const IMPURE_NAMES: ReadonlySet<string> = new Set(["Deno", "performance", "fetch"]);
const IMPURE_MEMBERS: ReadonlySet<string> = new Set([
  ...["Date.now", "Math.random", "crypto.randomUUID", "crypto.getRandomValues"],
]);
const IMPURE_MODULES_REGEXP = /^node:(child_process|dgram|dns|fs|http|https|net|os|process|tls)\b/;

const ROOT = new URL("../../", import.meta.url).pathname;

/** The plugin that `deno.json` names. */
const plugin: Deno.lint.Plugin = {
  name: "architecture",
  rules: { layers: { create: checkImports }, pure: { create: checkPurity } },
};
export default plugin;

function checkImports(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const layer = layerOf(context.filename);
  if (layer === undefined) return {};
  if (!(layer in MAY_IMPORT)) {
    const message = `"${layer}" is no layer yet: say in tests/lint/layers.ts what it may import`;
    return { Program: (node) => context.report({ node, message }) };
  }
  const check = (node: Deno.lint.Node, source: Deno.lint.Node | null, types: boolean): void => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    const other = layerOfImport(source.value, context.filename);
    if (other === undefined || other === layer) return;
    const allowed = MAY_IMPORT[layer] ?? [];
    if (allowed.includes(other) || (types && allowed.includes(`type ${other}`))) return;
    const onlyTypes = allowed.includes(`type ${other}`) ? ` but for its types` : "";
    context.report({ node, message: `Layer "${layer}" must not import "${other}"${onlyTypes}` });
  };
  return {
    ImportDeclaration: (node) => check(node, node.source, node.importKind === "type"),
    ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === "type"),
    ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === "type"),
    ImportExpression: (node) => check(node, node.source, false),
  };
}

function checkPurity(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const layer = layerOf(context.filename);
  if (layer === undefined) return {};
  const isPure = PURE.has(layer);
  const report = (node: Deno.lint.Node, name: string): void =>
    context.report({ node, message: `Layer "${layer}" must not use "${name}"` });
  return {
    Identifier(node) {
      if (isProperty(node)) return;
      if (node.name === "console") report(node, "console");
      if (isPure && IMPURE_NAMES.has(node.name)) report(node, node.name);
    },
    MemberExpression(node) {
      const name = `${nameOf(node.object)}.${nameOf(node.property)}`;
      if (isPure && IMPURE_MEMBERS.has(name)) report(node, name);
    },
    NewExpression(node) {
      const isNow = nameOf(node.callee) === "Date" && node.arguments.length === 0;
      if (isPure && isNow) report(node, "new Date()");
    },
    ImportDeclaration(node) {
      if (isPure && IMPURE_MODULES_REGEXP.test(node.source.value)) report(node, node.source.value);
    },
  };
}

/** The layer of a file, `undefined` where the rules do not apply. */
function layerOf(path: string): string | undefined {
  if (!path.startsWith(ROOT)) return undefined;
  const [top = "", second = "", ...rest] = path.slice(ROOT.length).split("/");
  if (top === "mod.ts" || top === "cli.ts") return top.slice(0, -3);
  if (top === "recipes") return "recipes";
  if (top !== "sdk") return undefined;
  if (second === "transport" && rest[0] === "transport.ts") return "session";
  return second.replace(/\.ts$/, "");
}

function layerOfImport(specifier: string, from: string): string | undefined {
  const own = /^@sextant\/deploy(?:\/(\w+))?$/.exec(specifier);
  if (own) return own[1] ?? "mod";
  if (!specifier.startsWith(".")) return undefined;
  return layerOf(new URL(specifier, `file://${from}`).pathname);
}

function isProperty(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  if (parent?.type === "MemberExpression") return parent.property === node && !parent.computed;
  if (parent?.type === "TSPropertySignature") return parent.key === node;
  return parent?.type === "Property" && parent.key === node && !parent.shorthand;
}

function nameOf(node: Deno.lint.Node): string {
  return node.type === "Identifier" ? node.name : "";
}
