/**
 * kamal-proxy's own protocol, for what its command line has no flag for: the directory of a certificate authority.
 *
 * @module
 */

import { quiet, quote, run } from "../command.ts";
import { ACME_DIRECTORY } from "../observe/route_flags.ts";
import { type Definition, lastLines } from "./definition.ts";
import { deployStream } from "./deploy_args.ts";

/** Finds out whether kamal-proxy can be called by its own protocol. */
export interface CheckProxyCall {
  /** Which operation. */
  readonly kind: "check-proxy-call";
}

/** A route that is called. */
export interface CalledRoute {
  /** Name of the proxy service. */
  readonly service: string;
  /** Its targets; the script alone knows their containers' ids. */
  readonly targets: readonly CalledTarget[];
  /** Port that they listen on. */
  readonly port: number;
  /** Everything else, as flags of `kamal-proxy deploy` and {@linkcode ACME_DIRECTORY}. */
  readonly flags: readonly string[];
}

/** A target of such a route. */
export interface CalledTarget {
  /** The script's word for `<id>:<port>`, such as `"$0"`; the id is in the short form. */
  readonly word: string;
  /** Whether it gets what only reads. */
  readonly isReader: boolean;
}

/** Whether a route's flags say what the command line cannot. */
export function isCalled(flags: readonly string[]): boolean {
  return flags.some((flag) => flag.startsWith(`--${ACME_DIRECTORY}=`));
}

/**
 * Shell text for kamal-proxy's container that does what `kamal-proxy deploy` does, and ends like it: with nothing once
 * the targets are healthy, or with status 1 and `Error: …`.
 */
export function deployCall({ service, targets, port, flags }: CalledRoute): string {
  const stand = targets.map((target, index) => ({ ...target, text: standIn(index, port) }));
  const ordered = [
    ...stand.filter(({ isReader }) => !isReader),
    ...stand.filter(({ isReader }) => isReader),
  ];
  let rest = latin1(deployStream(service, stand, flags));
  const pieces = ordered.map(({ word, text }) => {
    const [before = "", ...others] = rest.split(text);
    rest = others.join(text);
    return `${hex(before)} ${word}`;
  });
  return ["LC_ALL=C", "perl", "-e", quote(CALL), ...pieces, hex(rest)].join(" ");
}

/** How it is found out whether kamal-proxy can be called. */
export const checkProxyCall: Definition<CheckProxyCall> = {
  changes: false,
  describe: () => ({ noun: "proxy", subject: "kamal-proxy", detail: "has perl", minor: true }),
  render: () =>
    quiet(run("docker", "exec", "kamal-proxy", "sh", "-c", "perl -MIO::Socket::UNIX -e 1")),
  explain: (_, { exitCode, stderr }) => {
    // Docker's own failures are 1, such as those of a container that does not run.
    const [said = "docker said nothing"] = lastLines(stderr, 1);
    return exitCode === 1
      ? { code: "COMMAND_FAILED", message: `kamal-proxy could not be asked: ${said}` }
      : { code: "COMMAND_FAILED", message: "kamal-proxy's image has no perl", hint: PERL_HINT };
  },
};

/** Status of a shell that finds no such program. */
export const NOT_FOUND = 127;

/** What to do where kamal-proxy's container has no perl. */
export const PERL_HINT =
  "acmeDirectory needs perl in kamal-proxy's image, to call it by its own protocol: take the official image, which has it, or add perl-base to yours";

// The official image is Ubuntu's, of which perl-base is an essential part. Types are told before values, by negative
// numbers, which end in a one; the answer's third field is the error.
const CALL = `use IO::Socket::UNIX;
sub end { print STDERR "Error: $_[0]\\n"; exit 1 }
my $call = "";
while (@ARGV) {
  $call .= pack "H*", shift;
  next unless @ARGV;
  my $target = shift;
  $target =~ /^[0-9a-f]{12}:\\d+$/ or end("$target is no container");
  $call .= $target;
}
my $path = ($ENV{XDG_RUNTIME_DIR} || $ENV{TMPDIR} || "/tmp") . "/kamal-proxy.sock";
my $proxy = IO::Socket::UNIX->new(Peer => $path) or end("dial unix $path: connect: " . lcfirst $!);
print $proxy $call;
my $taken = 0;
sub take {
  my $text = "";
  read($proxy, $text, $_[0]) == $_[0] or end("unexpected EOF");
  $taken += $_[0];
  $text;
}
sub number {
  my $first = ord take(1);
  $first < 128 ? $first : hex unpack "H*", take(256 - $first);
}
for (;;) {
  my $size = number();
  my $start = $taken;
  last unless number() & 1;
  take($size - ($taken - $start));
}
my ($field, $error) = (0, "");
while (my $distance = number()) {
  $field += $distance;
  if ($field == 2) { number(); next }
  my $text = take(number());
  $error = $text if $field == 3;
}
end($error) if $error ne "";`;

/** As long as the target in whose place it is, for lengths are told before texts; no value has such characters. */
function standIn(index: number, port: number): string {
  return `\x01${index}\x01`.padEnd(`012345678901:${port}`.length, "\x02");
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function hex(text: string): string {
  return Array.from(text, (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
