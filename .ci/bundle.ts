/**
 * Bundles modules and the packages that they use into a few files of JavaScript that load each other when needed.
 *
 * @module
 */
import * as esbuild from "esbuild";
import configuration from "../deno.json" with { type: "json" };

/** Modules by the name of the file that each becomes; paths, or names of the import map. */
export type Entries = Readonly<Record<string, string>>;

const ROOT = new URL("../", import.meta.url).pathname;
const IMPORTS: Readonly<Record<string, string>> = configuration.imports;

/** Packages as CommonJS expect these names; an ES module has them not. */
const COMMONJS_NAMES = "import{createRequire as __create}from'node:module';" +
  "const require=__create(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;";
const USES_COMMONJS_REGEXP = /\btypeof require\b|\b__dirname\b|\b__filename\b/;

/**
 * Bundles groups of modules into a folder. Modules of one group share what they import; what only a name of another
 * group needs is left out of it.
 *
 * @throws {Error} If a module does not parse or a package cannot be fetched.
 */
export async function bundle(groups: readonly Entries[], folder: string): Promise<void> {
  const packages = await installPackages(groups.flatMap((entries) => Object.values(entries)));
  try {
    for (const entries of groups) await bundleGroup(entries, folder, packages);
  } finally {
    await esbuild.stop();
    await Deno.remove(packages, { recursive: true });
  }
}

async function bundleGroup(entries: Entries, folder: string, packages: string): Promise<void> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: { ...entries },
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    // Errors carry the name of their class.
    keepNames: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    external: ["cpu-features", "*.node"],
    plugins: [resolvePlugin(packages)],
    logLevel: "warning",
    // The module loader imports what only the user's files name.
    logOverride: { "unsupported-dynamic-import": "silent" },
  });
  for (const { path, text } of outputFiles) {
    // Only where needed: importing node:module costs some milliseconds at start.
    const banner = USES_COMMONJS_REGEXP.test(text) ? COMMONJS_NAMES : "";
    await Deno.writeTextFile(path, banner + text);
  }
}

/** Puts the npm packages that modules use into a folder as Node lays them out, and gives that folder. */
async function installPackages(modules: readonly string[]): Promise<string> {
  const imports: Record<string, string> = {};
  for (const module of modules) {
    for (const specifier of await npmSpecifiers(IMPORTS[module] ?? module)) {
      imports[packageName(specifier)] = specifier;
    }
  }
  const folder = await Deno.makeTempDir({ prefix: "sextant-packages-" });
  const config = { nodeModulesDir: "auto", lock: false, imports };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  await runDeno(folder, "install", "--quiet");
  return folder;
}

async function npmSpecifiers(module: string): Promise<readonly string[]> {
  const { modules } = JSON.parse(await runDeno(ROOT, "info", "--json", module)) as {
    readonly modules: readonly { readonly kind?: string; readonly npmPackage?: string }[];
  };
  return modules.flatMap(({ kind, npmPackage }) => kind === "npm" ? [`npm:${npmPackage}`] : [])
    .filter((specifier) => !specifier.startsWith("npm:@types/"));
}

/** Resolves as Deno does: by the import map first, then `npm:` specifiers to their packages. */
function resolvePlugin(packages: string): esbuild.Plugin {
  return {
    name: "deno",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, pluginData }) => {
        if (pluginData === "resolved") return undefined;
        const target = IMPORTS[path] ?? path;
        if (target.startsWith("./")) return { path: `${ROOT}${target.slice(2)}` };
        if (!target.startsWith("npm:")) return undefined;
        const pluginOptions = { kind, resolveDir: packages, pluginData: "resolved" };
        return await build.resolve(barePath(target), pluginOptions);
      });
    },
  };
}

/** `npm:@scope/name@1.2.3/path` is `@scope/name`. */
function packageName(specifier: string): string {
  const [, name = ""] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier) ?? [];
  return name;
}

/** `npm:@scope/name@1.2.3/path` is `@scope/name/path`. */
function barePath(specifier: string): string {
  const name = packageName(specifier);
  const [, path = ""] = /^npm:\/?(?:@[^/]+\/)?[^/]+(\/.*)?$/.exec(specifier) ?? [];
  return name + path;
}

async function runDeno(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd })
    .output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`deno ${args.join(" ")} failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
