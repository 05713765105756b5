/**
 * Shell text that runs `sh -c "$1"` in a process group of its own, whose number is its process id: Ctrl-C in the
 * terminal must end what Sextant decides to end, and nothing else.
 */
export const OWN_GROUP: string = [
  `command -v setsid >/dev/null && exec setsid sh -c "$1"`,
  `exec perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV' -- sh -c "$1"`,
].join("\n");
