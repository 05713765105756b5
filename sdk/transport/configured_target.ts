import { userInfo } from "node:os";
import type { SshConfig } from "./ssh_config.ts";
import type { Jump, Target } from "./transport.ts";

/**
 * Fills in what OpenSSH's files say of a target, and of its jump hosts, where the target does not say it itself.
 * Port and login name are always the target's own; those of jump hosts that a file names come from the files.
 */
export async function configuredTarget(
  target: Target,
  config: SshConfig,
  hasKeys: boolean,
): Promise<Target> {
  const { address, user, keys, jumps, proxyCommand } = target;
  const settings = await config.of(address, user);
  const areFilesWanted = keys === undefined && !hasKeys && settings.identityFiles.length > 0;
  const isWayOpen = jumps === undefined && proxyCommand === undefined;
  return {
    ...target,
    address: settings.hostName ?? address,
    keys: areFilesWanted ? settings.identityFiles : keys,
    keysOnly: settings.identitiesOnly || undefined,
    knownHosts: settings.knownHosts,
    isStrict: settings.isStrict,
    jumps: isWayOpen
      ? await jumpsOf(settings.proxyJump, config)
      : jumps && await Promise.all(jumps.map((jump) => configuredJump(jump, config))),
    proxyCommand: isWayOpen ? settings.proxyCommand : proxyCommand,
  };
}

async function configuredJump(jump: Jump, config: SshConfig): Promise<Jump> {
  const settings = await config.of(jump.address, jump.user);
  return {
    ...jump,
    address: settings.hostName ?? jump.address,
    keys: settings.identityFiles,
    knownHosts: settings.knownHosts,
    isStrict: settings.isStrict,
  };
}

/** The jump hosts of a `ProxyJump` line. */
async function jumpsOf(line: string | undefined, config: SshConfig): Promise<readonly Jump[]> {
  const parts = line?.split(",") ?? [];
  return await Promise.all(parts.map(async (part) => {
    const { user, address = part, port } = JUMP_REGEXP.exec(part)?.groups ?? {};
    const settings = await config.of(address, user);
    return await configuredJump({
      address,
      port: port === undefined ? settings.port ?? 22 : Number(port),
      user: user ?? settings.user ?? userInfo().username,
    }, config);
  }));
}

const JUMP_REGEXP =
  /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?\[?(?<address>[^\]@]+?|[\da-f:]+)\]?(?::(?<port>\d{1,5}))?$/i;
