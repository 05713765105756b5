/**
 * What the client and a host's shell say to each other: the program that the host runs for a session,
 * and the text of a script. Pure text, no connection.
 *
 * @module
 */

import { quote } from "../command.ts";
import type { Script } from "./transport.ts";

/** A script as it goes to a host. */
export interface ScriptText {
  /** Names the script: 32 hex digits, never used twice. */
  readonly token: string;
  /** What the host's `sh` reads. */
  readonly text: string;
}

/** How far the client has read a script's two streams. */
export interface ReadSoFar {
  /** Token of the script. */
  readonly token: string;
  /** Bytes of standard output that have arrived. */
  readonly stdout: number;
  /** Bytes of standard error that have arrived. */
  readonly stderr: number;
}

/** How a session's shell begins. */
export interface LoopOptions {
  /** Token of the line that says, on both streams, that the shell is ready. */
  readonly greeting: string;
  /** Starts in the login user's home directory instead of the current one. */
  readonly home: boolean;
  /** A script to run at once, without a round trip of its own; must hold no secrets. */
  readonly first?: ScriptText | undefined;
  /** A script that an earlier shell began: sends the rest of its output. */
  readonly attach?: ReadSoFar | undefined;
}

/**
 * The longest script that fits into the command that opens a session: one argument of a process
 * holds 128 KiB on Linux, and base64 adds a third.
 */
export const FIRST_SCRIPT_LIMIT = 80_000;

// The texts below stand between single quotes in the command that a login shell of any kind reads.
// So none of them may hold a single quote, a backslash, an exclamation mark or a newline.

/** Where run directories are kept: in memory where there is such a place. */
const PLACE = [
  `sx_user=$(id -u); sx_last=; sx_claims=;`,
  `sx_base=/dev/shm; [ -w $sx_base ] || sx_base=/tmp;`,
  `sx_enter(){ sx_token=$1; sx_dir=$sx_base/sextant-$sx_user-$1; };`,
].join(" ");

/** Reads the clock without a fork; where there is no /proc, with one. */
const CLOCK =
  `sx_clock(){ { read -r sx_now sx_rest </proc/uptime; } 2>/dev/null || sx_now=$(date +%s); };`;

/** Stands in for `setsid` where a system has none. */
const OWN_GROUP =
  `command -v setsid >/dev/null || setsid(){ perl -MPOSIX -e "POSIX::setsid(); exec @ARGV" -- "$@"; };`;

/** Removes run directories that are older than a day and have no process, behind the session's back. */
const SWEEP = [
  `{ for sx_old in $(find $sx_base -maxdepth 1 -name "sextant-$sx_user-*" -mtime +0);`,
  `do kill -0 $(cat $sx_old/pid) || rm -rf $sx_old; done; } </dev/null >/dev/null 2>&1 &`,
].join(" ");

/**
 * Runs the script that the given command writes, detached, in a run directory of its own.
 *
 * - `setsid`: cancelling ends the script's processes and spares this shell.
 * - `tee`: the run directory is a journal; when the connection is lost, the script goes on and its output stays.
 * - The end is told by this shell, so that a killed script is known at once. Nobody waits for end-of-file,
 *   because a step may leave a process behind that holds the streams open; `idle` says that none did,
 *   and `end` that the end was told.
 * - Descriptor 5: the shell's own word about a killed script is not the script's standard error.
 */
const RUN = [
  `sx_run(){ mkdir -m 700 $sx_dir && "$@" >$sx_dir/script || { echo "~$sx_token x"; exit 1; };`,
  `sx_last=$sx_dir; { { {`,
  `{ rm -f $sx_dir/script; (exec 2>&5 5>&-; setsid sh -s $sx_token $sx_dir); sx_code=$?;`,
  `} 5>&2 2>/dev/null <$sx_dir/script;`,
  `sx_clock; echo "~$sx_token z $sx_code $sx_now"; echo "~$sx_token z" >&2; : >$sx_dir/end;`,
  `} 2>&3 3>&- 4>&- | (trap "" PIPE; exec tee $sx_dir/out 2>/dev/null); } 3>&1 1>&4`,
  `| (trap "" PIPE; exec tee $sx_dir/err 2>/dev/null) >&2;`,
  `{ [ -f $sx_dir/end ] || echo "~$sx_token g"; : >$sx_dir/idle; } 2>/dev/null; } 4>&1 & };`,
].join(" ");

/** Takes the right to begin from a script that has not begun; of two who try, one gets it. */
const CLAIM = `sx_claim(){ (set -C; echo none >$sx_dir/pid) 2>/dev/null; };`;

/** Whether the script runs; its token must stand in the process's arguments, because process ids come round again. */
const ALIVE = [
  `sx_arguments(){ { tr -cd 0-9a-f </proc/$sx_pid/cmdline || ps -o args= -p $sx_pid; } 2>/dev/null; };`,
  `sx_alive(){ sx_pid=$(cat $sx_dir/pid 2>/dev/null);`,
  `case $sx_pid in [1-9]*) case $(sx_arguments) in *$sx_token*) return 0;; esac;; esac; return 1; };`,
].join(" ");

/** Whether the script's process group lives; a process that only waits to be collected does not count. */
const GROUP = [
  `sx_group(){ kill -0 -$sx_pid || return; [ -d /proc/1 ] || return 0;`,
  `cat /proc/[0-9]*/stat | grep -q ") [^ZX] [0-9]* $sx_pid "; };`,
].join(" ");

/** Ends the script's process group: politely, and after five seconds by force. */
const CANCEL = [
  `sx_cancel(){ sx_claim && return; [ -s $sx_dir/pid ] || sleep 1; sx_alive || return;`,
  `kill -TERM -$sx_pid; for sx_wait in 0.05 0.1 0.2 0.5 1 1 1 1;`,
  `do sx_group || return; sleep $sx_wait; done; kill -KILL -$sx_pid; };`,
].join(" ");

/** Sends a journal from the given byte on until it is complete. */
const FOLLOW = [
  `sx_ended(){ grep -q "~$sx_token z" $sx_dir/$1; };`,
  `sx_follow(){ sx_from=$2; sx_late=; while :; do sx_done=; sx_ended $1 && sx_done=1;`,
  `sx_size=$(wc -c <$sx_dir/$1); [ $sx_size -gt $sx_from ] &&`,
  `{ tail -c +$((sx_from+1)) $sx_dir/$1 | head -c $((sx_size-sx_from)); sx_from=$sx_size; };`,
  `[ $sx_done ] && return; sx_alive ||`,
  `{ [ $sx_late ] && { echo "~$sx_token g"; return; }; sx_late=1; sleep 1; }; sleep 0.2; done; };`,
].join(" ");

/** Picks up a script that an earlier shell was given, or says that it never began and never will. */
const ATTACH = [
  `sx_attach(){ sx_enter $1; mkdir -p -m 700 $sx_dir;`,
  `if sx_claim; then rm -f $sx_dir/script; sx_claims="$sx_claims $sx_dir"; echo "~$sx_token n";`,
  `else sx_last=$sx_dir;`,
  `{ sx_follow err $3 >&2 2>/dev/null & sx_follow out $2 2>/dev/null; } & fi; };`,
].join(" ");

/**
 * Whether the last script's streams are closed. Where it left a process behind, that process's output
 * must not mix with the next script's, which then wants another channel.
 */
const IDLE = [
  `sx_idle(){ [ $sx_last ] || return 0;`,
  `for sx_wait in 0.002 0.005 0.02 0.05 0.1;`,
  `do [ -f $sx_last/idle ] && return; sleep $sx_wait; done; [ -f $sx_last/idle ]; };`,
].join(" ");

/** Reads one line per request: `TOKEN BYTES` and a script, `TOKEN k` to cancel it, `TOKEN 0` to end. */
const REQUESTS = [
  `while read -r sx_word sx_count; do case $sx_count in`,
  `0) rm -rf $sx_last $sx_claims; exit;;`,
  `k) sx_enter $sx_word; sx_cancel 2>/dev/null;;`,
  `*) sx_enter $sx_word; sx_idle || { echo "~$sx_word y"; rm -rf $sx_last; exit; };`,
  `\${sx_last:+rm -rf $sx_last}; sx_run head -c $sx_count;;`,
  `esac; done`,
].join(" ");

/** The program that a host's `sh` runs for a session. */
export function loopText(options: LoopOptions): string {
  const { greeting, first, attach } = options;
  return [
    options.home ? "cd;" : "",
    PLACE,
    CLOCK,
    OWN_GROUP,
    SWEEP,
    CLAIM,
    ALIVE,
    GROUP,
    CANCEL,
    FOLLOW,
    ATTACH,
    IDLE,
    RUN,
    `sx_boot=; { read -r sx_boot </proc/sys/kernel/random/boot_id; } 2>/dev/null;`,
    `echo "~${greeting} r $sx_boot"; echo "~${greeting} r" >&2;`,
    first ? firstText(first) : "",
    attach ? `sx_attach ${attach.token} ${attach.stdout} ${attach.stderr};` : "",
    REQUESTS,
  ].filter((part) => part !== "").join(" ");
}

/** The command that opens a session; every login shell reads it alike. */
export function loopCommand(options: LoopOptions): string {
  return `exec sh -c '${loopText(options)}'`;
}

/** A command that has a host's `sh` run any text in the home directory, whatever the login shell. */
export function shellCommand(shell: string): string {
  return `exec sh -c 'cd; eval "$(echo ${toBase64(shell)} | base64 -d)"'`;
}

/** The text of a script, framed so that each step's output and end can be told from the next. */
export function scriptText(token: string, script: Script): ScriptText {
  const goOn = script.keepGoing === true;
  const steps = script.steps.map(({ shell }, index) => stepText(index, shell, goOn));
  // The braces make it one command: a script that was cut off in upload does not parse, so nothing of it runs.
  // `set -C` makes the first line the claim: a script that someone gave up on does not begin.
  const text = [
    "{ set -C; echo $$ >$2/pid || exit 125; set +C",
    "sx_c() { { read -r sx_u sx_x </proc/uptime; } 2>/dev/null || sx_u=$(date +%s); }",
    `sx_b() { sx_c; printf '~%s b %s %s\\n' ${token} $1 $sx_u; printf '~%s b %s\\n' ${token} $1 >&2; }`,
    `sx_e() { sx_c; printf '~%s e %s %s %s\\n' ${token} $1 $2 $sx_u; printf '~%s e %s\\n' ${token} $1 >&2; }`,
    ...steps,
    "exit 0; }\n",
  ].join("\n");
  return { token, text };
}

/** The line that announces a script of so many bytes. */
export function scriptRequest(token: string, byteCount: number): string {
  return `${token} ${byteCount}\n`;
}

/** The line that ends a running script's processes. */
export function cancelRequest(token: string): string {
  return `${token} k\n`;
}

/** The line that ends a session. */
export const CLOSE_REQUEST = "close 0\n";

/** A token that nobody can guess. */
export function newToken(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** A subshell and `eval` keep a step's `exit` and its syntax errors to itself. */
function stepText(index: number, shell: string, goOn: boolean): string {
  if (shell.includes("\0")) throw new TypeError("A step's shell text cannot hold a NUL character");
  const stop = goOn ? "" : "; [ $sx_r = 0 ] || exit $sx_r";
  return `sx_b ${index}; (eval ${quote(shell)}) </dev/null; sx_r=$?; sx_e ${index} $sx_r${stop}`;
}

function firstText({ token, text }: ScriptText): string {
  return `sx_first(){ echo ${toBase64(text)} | base64 -d; }; sx_enter ${token}; sx_run sx_first;`;
}

function toBase64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
