/**
 * The root scalars of a deployment.
 *
 * @module
 */

import * as z from "zod";
import { type AssetPathInput, assetPathSchema } from "./asset_path.ts";
import { HOOK_NAMES, type HookName } from "./hook.ts";
import { strict, text, whole } from "./schema.ts";

/** Whether what a hook writes is shown. */
export type HookOutput = "quiet" | "verbose";

/** The root scalars of a deployment, under Kamal's names. */
export interface SettingsInput {
  /**
   * Role that boots first; the others wait for its first healthy container.
   * @default {"web"}
   */
  readonly primaryRole?: string;
  /**
   * Whether roles may have no hosts.
   * @default {false}
   */
  readonly allowEmptyRoles?: boolean;
  /**
   * Whether a destination must be named.
   * @default {false}
   */
  readonly requireDestination?: boolean;
  /**
   * Folder of hook executables, relative to the project.
   * @default {".kamal/hooks"}
   */
  readonly hooksPath?: string;
  /**
   * Whether what hooks write is shown: of all, or of some by name. A quiet one is shown by `-v`, or where it fails.
   * @default {"verbose"}
   */
  readonly hooksOutput?: HookOutput | Readonly<Partial<Record<HookName, HookOutput>>>;
  /**
   * Path of the secrets file, relative to the project; `-common` and the destination are added to it.
   * @default {".kamal/secrets"}
   */
  readonly secretsPath?: string;
  /**
   * Old containers that each role keeps for a rollback.
   * @default {5}
   */
  readonly retainContainers?: number;
  /**
   * Folder of error pages such as `503.html`, relative to the project, which kamal-proxy shows in the place of its own.
   * @default {undefined} Its own.
   */
  readonly errorPagesPath?: string;
  /**
   * What a deploy does with containers of roles and accessories that left the configuration.
   * @default {"report"}
   */
  readonly orphans?: "stop" | "report";
  /**
   * Seconds that a container without a proxy must run before it counts as ready.
   * @default {7}
   */
  readonly readinessDelay?: number;
  /**
   * Seconds until a container that is not healthy has failed.
   * @default {30}
   */
  readonly deployTimeout?: number;
  /**
   * Seconds that requests in flight have to end.
   * @default {30}
   */
  readonly drainTimeout?: number;
  /**
   * Seconds between TERM and KILL when a container stops.
   * @default {undefined} The drain timeout for a role without a proxy, else Docker's own 10.
   */
  readonly stopTimeout?: number;
  /**
   * Folders of assets that the versions before and after a switch share, for roles with a proxy.
   * @default {undefined} None.
   */
  readonly assetPath?: AssetPathInput;
}

/** Checks the root scalars. */
export const settingsSchema: z.ZodType<SettingsInput> = strict<SettingsInput>({
  primaryRole: text().optional().meta({
    description: "Role that boots first, and whose health lets the others begin",
    example: "app",
  }),
  allowEmptyRoles: z.boolean().optional().meta({
    description: "Whether roles other than the primary one may have no hosts",
    example: true,
  }),
  requireDestination: z.boolean().optional().meta({
    description: "Whether every command must name a destination",
    example: true,
  }),
  hooksPath: text().optional().meta({
    description: "Folder of the programs that are run as hooks, relative to the project",
    example: "ops/hooks",
  }),
  hooksOutput: z.union([z.record(hookName(), hookOutput()), hookOutput()]).optional()
    .meta({
      description: "Whether what hooks write is shown; of all hooks, or of some by name",
      example: { "pre-build": "quiet" },
    }),
  secretsPath: text().optional().meta({
    description:
      "File of the secrets, relative to the project; -common and the destination are added to it",
    example: "ops/secrets",
  }),
  retainContainers: whole(1).optional().meta({
    description: "Old containers that each role keeps for a rollback",
    example: 3,
  }),
  errorPagesPath: text().optional().meta({
    description:
      "Folder of error pages such as 503.html, which kamal-proxy shows in the place of its own",
    example: "public",
  }),
  orphans: z.enum(["stop", "report"]).optional().meta({
    description:
      "What a deploy does with containers of roles and accessories that left the configuration",
    example: "stop",
  }),
  readinessDelay: whole().optional().meta({
    description: "Seconds that a container without a proxy must run before it counts as ready",
    example: 0,
  }),
  deployTimeout: whole(1).optional().meta({
    description: "Seconds until a container that is not healthy has failed",
    example: 60,
  }),
  drainTimeout: whole().optional().meta({
    description: "Seconds that requests in flight have to end",
    example: 10,
  }),
  stopTimeout: whole().optional().meta({
    description:
      "Seconds between TERM and KILL when a container stops; else the drain timeout, or Docker's 10 behind a proxy",
    example: 60,
  }),
  assetPath: assetPathSchema().optional().meta({
    description:
      "Folders in the image whose files the versions before and after a switch share, for roles with a proxy",
    example: "/app/public/assets",
  }),
});

/** The hooks that run quietly. */
export function quietHooks({ hooksOutput = "verbose" }: SettingsInput): readonly HookName[] {
  return HOOK_NAMES.filter((name) =>
    (typeof hooksOutput === "string" ? hooksOutput : hooksOutput[name]) === "quiet"
  );
}

/** The name of a hook. */
export function hookName(): z.ZodType<string, string> {
  return z.string().check(z.refine((name) => HOOK_NAMES.some((known) => known === name), {
    error: `should be one of ${HOOK_NAMES.join(", ")}`,
  }));
}

function hookOutput(): z.ZodType<HookOutput> {
  return z.enum(["quiet", "verbose"]);
}
