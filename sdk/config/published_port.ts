/**
 * Ports that containers publish on their hosts.
 *
 * @module
 */

/** What `docker run --publish` takes; without a port of the host's, Docker picks one. */
const PORT_REGEXP =
  /^(?:(?<address>\d+(?:\.\d+){3}|\[[\da-f:]+\]):)?(?:(?<port>\d+(?:-\d+)?)?:)?\d+(?:-\d+)?(?:\/(?<protocol>tcp|udp|sctp))?$/i;

/** Whether a text is a port to publish, such as `5432:5432` or `127.0.0.1:5432:5432/udp`. */
export function isPublishedPort(text: string): boolean {
  return PORT_REGEXP.test(text);
}

/** Whether two published ports would be in each other's way on one host. */
export function isSamePort(one: string, other: string): boolean {
  const [first, second] = [placeOf(one), placeOf(other)];
  if (first.port === undefined || first.port !== second.port) return false;
  const isEverywhere = first.address === undefined || second.address === undefined;
  return first.protocol === second.protocol && (isEverywhere || first.address === second.address);
}

/** An address with a port after it; one of IPv6 stands in brackets. */
export function withPort(address: string, port: number | string): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

interface PublishedPlace {
  readonly address: string | undefined;
  readonly port: string | undefined;
  readonly protocol: string;
}

function placeOf(text: string): PublishedPlace {
  const { address, port, protocol = "tcp" } = PORT_REGEXP.exec(text)?.groups ?? {};
  return { address: address === "0.0.0.0" ? undefined : address, port, protocol };
}
