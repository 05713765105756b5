import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

// Writes what was asked for; names with "none" are not there, and the exit status is 0 all the same.
const AWS = `
test -z "$REFUSES" || { echo "Unable to locate credentials." >&2; exit 253; }
shift 3; values= errors=
for name; do
  case "$name" in
  --*) break ;;
  none*) errors="$errors,{\\"SecretId\\":\\"$name\\",\\"ErrorCode\\":\\"ResourceNotFoundException\\",\\"Message\\":\\"no such\\"}" ;;
  gone*) ;;
  arn:*) values="$values,{\\"ARN\\":\\"$name\\",\\"Name\\":\\"plain\\",\\"SecretString\\":\\"[1]\\"}" ;;
  json) values="$values,{\\"Name\\":\\"json\\",\\"SecretString\\":\\"{\\\\\\"A\\\\\\":\\\\\\"a\\\\\\",\\\\\\"B\\\\\\":[1,true]}\\"}" ;;
  *) values="$values,{\\"Name\\":\\"$name\\",\\"SecretString\\":\\"value of $name\\"}" ;;
  esac
done
printf '{"SecretValues":[%s],"Errors":[%s]}' "\${values#,}" "\${errors#,}"`;

const ASKED = { adapter: "aws_secrets_manager", names: ["key"] };

testNotInstalled("AWS", "aws", ASKED);

Deno.test("awsSecretsManager gives texts as they are, and objects by key", async () => {
  await withStandIns({ aws: AWS }, async (aws) => {
    const names = ["key", "json", "arn:aws:x"];
    assertEquals(await aws.fetch({ ...ASKED, account: "ci", names }), {
      key: "value of key",
      "json/A": "a",
      "json/B": "[1,true]",
      plain: "[1]",
    });
    assertEquals(await aws.calls(), [
      "aws|secretsmanager|batch-get-secret-value|--secret-id-list|key|json|arn:aws:x|--profile|ci|--output|json",
    ]);
  });
});

Deno.test("awsSecretsManager puts the folder before the names, and asks for twenty at most", async () => {
  await withStandIns({ aws: AWS }, async (aws) => {
    const names = Array.from({ length: 41 }, (_, index) => `n${index}`);
    const secrets = await aws.fetch({ ...ASKED, from: "shop", names });
    assertEquals(Object.keys(secrets).length, 41);
    assertEquals(secrets["shop/n40"], "value of shop/n40");
    const counts = (await aws.calls()).map((call) => call.split("|shop/").length - 1);
    assertEquals(counts, [20, 20, 1]);
  });
});

Deno.test("awsSecretsManager names all missing secrets, though AWS exits well", async () => {
  await withStandIns({ aws: AWS }, async (aws) => {
    const error = await aws.fail({ ...ASKED, names: ["none1", "key", "gone", "none2"] });
    assertEquals(error.message, "could not find none1, none2, gone in AWS");
    assertEquals(error.details, [
      "none1: ResourceNotFoundException: no such",
      "none2: ResourceNotFoundException: no such",
    ]);
  });
});

Deno.test("awsSecretsManager tells what AWS says where it has no login", async () => {
  await withStandIns({ aws: AWS }, async (aws) => {
    const error = await aws.fail(ASKED);
    assertEquals(
      error.message,
      "aws secretsmanager batch-get-secret-value --secret-id-list key --output json exited with status 253",
    );
    assertEquals(error.details, ["Unable to locate credentials."]);
  }, { REFUSES: "yes" });
});
