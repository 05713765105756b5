import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openSocket } from "../../sdk/transport/socket.ts";

async function millisecondsToFail(dnsRetries: number, milliseconds: number): Promise<number> {
  const started = performance.now();
  const options = { milliseconds, dnsRetries, signal: undefined };
  const error = await assertRejects(() => openSocket("nowhere.invalid", 22, options), Error);
  assert("code" in error && ["ENOTFOUND", "EAI_AGAIN"].includes(String(error.code)));
  return performance.now() - started;
}

Deno.test("openSocket() looks a name up again, a little later each time, as long as there is time", async () => {
  // Half of 100, 200 and 400 ms at least.
  assert(await millisecondsToFail(3, 8000) >= 350);
  const once = await millisecondsToFail(0, 8000);
  assert(await millisecondsToFail(1000, 1) < once + 5000);
});

Deno.test("openSocket() does not go on looking a name up when it is told to stop", async () => {
  const controller = new AbortController();
  const options = { milliseconds: 60_000, dnsRetries: 1000, signal: controller.signal };
  const opening = openSocket("nowhere.invalid", 22, options);
  setTimeout(() => controller.abort(new Error("stop")), 100);
  const error = await assertRejects(() => opening, Error);
  assertEquals(error.message, "stop");
});

Deno.test("openSocket() leaves no connection open, whenever its signal is aborted", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const reason = new Error("enough");
  for (let attempt = 0; attempt < 300; attempt++) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(reason), attempt % 3);
    const options = { milliseconds: 1000, dnsRetries: 0, signal: controller.signal };
    await openSocket("127.0.0.1", listener.addr.port, options).then(
      (socket) => void socket.destroy(),
      (error) => assertEquals(error, reason),
    );
    clearTimeout(timer);
  }
  listener.close();
  await accepting;
  for (const connection of accepted) connection.close();
});
