import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { readLayers } from "../../sdk/operations/image_size.ts";

Deno.test("readLayers() gives each layer its size, the lowest first", () => {
  const told = "layer sha256:base\nlayer sha256:app\nsize 2048\nsize 0\nsize 4096\n";
  assertEquals(readLayers(told), [{ id: "sha256:base", kib: 4 }, { id: "sha256:app", kib: 2 }]);
});

Deno.test("readLayers() never makes the lower layers look larger than they are", () => {
  // One layer is empty, and nothing says which.
  const told = "layer sha256:a\nlayer sha256:b\nlayer sha256:c\nsize 2048\nsize 0\nsize 4096\n";
  assertEquals(readLayers(told)?.map(({ kib }) => kib), [0, 4, 2]);
});

Deno.test("readLayers() knows nothing of an image that the builder does not keep", () => {
  assertEquals(readLayers(""), undefined);
  assertEquals(readLayers("layer sha256:a\n"), undefined);
});
