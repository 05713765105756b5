import { assert, assertEquals } from "@std/assert";
import { isPublishedPort, isSamePort } from "../../sdk/config/published_port.ts";

Deno.test("isPublishedPort() takes what docker run --publish takes", () => {
  const ports = [
    "80",
    "8080:80",
    "127.0.0.1:8080:80",
    "53:53/udp",
    "7000-7010:7000-7010",
    "10.0.0.1::80",
  ];
  for (const port of ports) assert(isPublishedPort(port), port);
  for (
    const port of ["", "x", "80:", "80:80 --privileged", "80/ftp", "a:80:80", "80:80:80"]
  ) {
    assert(!isPublishedPort(port), port);
  }
});

Deno.test("isSamePort() tells which published ports are in each other's way", () => {
  const cases = [
    ["80:80", "80:8080", true],
    ["80:80", "127.0.0.1:80:80", true],
    ["0.0.0.0:80:80", "127.0.0.1:80:80", true],
    ["127.0.0.1:80:80", "127.0.0.1:80:81", true],
    ["127.0.0.1:80:80", "10.0.0.1:80:80", false],
    ["80:80", "81:80", false],
    ["53:53/udp", "53:53/tcp", false],
    ["53:53/tcp", "53:53", true],
    ["80", "80", false],
  ] as const;
  for (const [one, other, expected] of cases) {
    assertEquals([isSamePort(one, other), isSamePort(other, one)], [expected, expected], one);
  }
});
