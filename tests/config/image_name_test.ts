import { assert, assertEquals } from "@std/assert";
import { isImageName, isImageReference, registryOf } from "../../sdk/config/image_name.ts";

const NAMES = [
  ...["shop", "acme/shop", "a/b/c", "acme/my_shop-2.web", "a__b", "a--b", "ghcr.io/acme/shop"],
  ...["localhost/shop", "localhost:5000/shop", "10.0.0.1:5000/shop", "host:5000/a/b"],
  ...["[::1]:5000/shop", "GHCR.io/acme/shop"],
];

const NO_NAMES = [
  ...["", "Shop", "acme/Shop", "a b", "acme/", "/shop", "a//b", "-a", "a_", "a..b", "a___b"],
  ...["a\nb", "acme/shop --privileged", "$(id)", "a'b", "https://a.dev/b", "host:port/a"],
];

Deno.test("isImageName() takes what Docker takes", () => {
  for (const name of NAMES) assert(isImageName(name), name);
  for (const name of NO_NAMES) assert(!isImageName(name), name);
  for (const tagged of ["shop:1", `shop@sha256:${"a".repeat(64)}`]) {
    assert(!isImageName(tagged), tagged);
  }
});

Deno.test("isImageReference() takes tags and digests too", () => {
  const tails = ["", ":17", ":v1.2-rc_1", ":Latest", `@sha256:${"a".repeat(64)}`];
  for (const name of NAMES) for (const tail of tails) assert(isImageReference(name + tail), name);
  for (const name of NO_NAMES) assert(!isImageReference(`${name}:17`), name);
  for (const name of ["a:", "a:-1", "a:1:2", "a@sha256:x", "a:b c"]) {
    assert(!isImageReference(name), name);
  }
});

Deno.test("registryOf() gives the registry of an image, and none for Docker Hub", () => {
  const of: Readonly<Record<string, string | undefined>> = {
    "basecamp/kamal-proxy:v0.9.2": undefined,
    "docker.io/basecamp/kamal-proxy:v0.9.2": undefined,
    "postgres:17": undefined,
    "registry.acme.dev/tools/kamal-proxy:v0.9.2": "registry.acme.dev",
    "10.0.0.9:5000/kamal-proxy:v0.9.2": "10.0.0.9:5000",
    "localhost/x": "localhost",
  };
  for (const [image, registry] of Object.entries(of)) assertEquals(registryOf(image), registry);
});
