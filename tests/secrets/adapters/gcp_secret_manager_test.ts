import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

// "??>>" and its like need the two digits in which the alphabets differ.
const VALUE = "??>>~~ß";
const DATA = btoa(String.fromCharCode(...new TextEncoder().encode(VALUE)))
  .replaceAll("+", "-").replaceAll("/", "_");

const GCLOUD = `
case "$*" in
"auth list --format=json") test -e "$STATE/in" && echo '[{"account":"me"}]' || echo '[]' ;;
"auth login") test -z "$REFUSES" && : >"$STATE/in" ;;
*--secret=none*) echo "NOT_FOUND: $5" >&2; exit 1 ;;
*) printf '{"name":"x","payload":{"data":"%s"}}' '${DATA}' ;;
esac`;

const ASKED = { adapter: "gcp", account: "default", names: ["KEY"] };

testNotInstalled("gcloud", "gcloud", ASKED);

Deno.test("gcpSecretManager logs in, and reads both alphabets of Base64", async () => {
  await withStandIns({ gcloud: GCLOUD }, async (gcloud) => {
    assertEquals(await gcloud.fetch(ASKED), { "default/KEY": VALUE });
    assertEquals(await gcloud.calls(), [
      "gcloud|auth|list|--format=json",
      "gcloud|auth|login",
      "gcloud|auth|list|--format=json",
      "gcloud|secrets|versions|access|latest|--secret=KEY|--format=json",
    ]);
  });
});

Deno.test("gcpSecretManager takes project, version, user and service accounts", async () => {
  await withStandIns({ gcloud: GCLOUD }, async (gcloud) => {
    const wanted = { adapter: "gcp_secret_manager", account: "me@x|a@x,b@x" };
    assertEquals(
      Object.keys(await gcloud.fetch({ ...wanted, from: "shop", names: ["KEY", "KEY/3"] })),
      [
        "shop/KEY",
      ],
    );
    await gcloud.fetch({ ...wanted, account: "default|a@x", names: ["shop/KEY"] });
    const access = (await gcloud.calls()).filter((call) => call.includes("access"));
    assertEquals(access.map((call) => call.replace("gcloud|secrets|versions|access|", "")), [
      "latest|--secret=KEY|--project=shop|--account=me@x|--impersonate-service-account=a@x,b@x|--format=json",
      "3|--secret=KEY|--project=shop|--account=me@x|--impersonate-service-account=a@x,b@x|--format=json",
      "latest|--secret=KEY|--project=shop|--impersonate-service-account=a@x|--format=json",
    ]);
  });
});

Deno.test("gcpSecretManager names all missing secrets", async () => {
  await withStandIns({ gcloud: GCLOUD }, async (gcloud) => {
    const error = await gcloud.fail({ ...ASKED, names: ["none1", "KEY", "none2"] });
    assertEquals(error.message, "could not find none1, none2 in gcloud");
    assertEquals(error.details, ["NOT_FOUND: --secret=none1", "NOT_FOUND: --secret=none2"]);
  });
});

Deno.test("gcpSecretManager says how to log in where it cannot", async () => {
  await withStandIns({ gcloud: GCLOUD }, async (gcloud) => {
    const { message, hint } = await gcloud.fail(ASKED);
    assertEquals([message, hint], ["not logged in to gcloud", "Run: gcloud auth login"]);
  }, { REFUSES: "yes" });
});
