import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { isEmpty, type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { askSecurely, type LabCertificate, makeCertificate } from "../lab/certificate.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Scene, type WebApp } from "./scene.ts";

labTest(
  "a certificate of one's own is served on every host, and renewed without a gap",
  async (t) => {
    await using lab = await up({ hosts: 2 });
    const scene = await Scene.begin(lab);
    const [host, other] = lab.hosts as [LabHost, LabHost];
    const [first, renewed] = await Promise.all([makeCertificate(HOST), makeCertificate(HOST)]);
    const version = await scene.release();

    await t.step("both hosts serve it", async () => {
      assertEquals(
        (await scene.run(serving(scene, first), { name: "setup" })).report?.failures,
        [],
      );
      for (const { address } of lab.hosts) {
        assertStringIncludes(await ask(address, [first]), version);
      }
      assertEquals(
        isEmpty((await scene.run(serving(scene, first), { name: "deploy" })).plan!),
        true,
      );
    });

    await t.step("nobody but kamal-proxy can read it", async () => {
      const files = await host.must(`find ${TLS} -name '*.pem' -printf '%m %U %f\\n' | sort`);
      const user = (await host.must("docker exec kamal-proxy id -u")).trim();
      assertEquals(files.trim(), `600 ${user} cert.pem\n600 ${user} key.pem`);
      assertShowsNothing(scene, first);
    });

    await t.step(
      "a renewed one is served with the container as it is, and no request lost",
      async () => {
        const load = secureLoad(other.address, [first, renewed]);
        const { plan, report } = await scene.run(serving(scene, renewed), { name: "deploy" });
        const { answered, failures } = await load.stop();
        assertEquals(report?.failures, []);
        assertEquals(kindsOf(plan!), ["remove-path", "route-traffic", "write-certificate"]);
        assertEquals(failures, []);
        assert(answered > 5, `${answered} answers`);
        for (const { address } of lab.hosts) {
          assertStringIncludes(await ask(address, [renewed]), version);
          await assertRejects(() => ask(address, [first]));
        }
        assertEquals((await host.must(`ls -d ${TLS}/web/*`)).trim().split("\n").length, 1);
        assertShowsNothing(scene, renewed);
      },
    );

    await t.step("a key of another one is refused before anything is touched", async () => {
      const mixed = serving(scene, { certificate: renewed.certificate, key: first.key });
      const error = await assertRejects(() => scene.run(mixed, { name: "deploy" }), SextantError);
      assertEquals(error.code, "SECRET_UNFIT");
      assertStringIncludes(error.details[0]!, "another certificate's");
    });

    await t.step(
      "one that kamal-proxy cannot read leaves the old one, even over a reboot",
      async () => {
        const strange = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        const broken = serving(scene, { certificate: strange, key: renewed.key });
        const { report } = await scene.run(broken, { name: "deploy" });
        assertStringIncludes(report!.failures[0]!.message, "unable to load certificate");
        assertStringIncludes(await ask(host.address, [renewed]), version);
        const rebooted = await scene.run(serving(scene, renewed), { name: "proxy reboot" });
        assertEquals(rebooted.report?.failures, []);
        assertStringIncludes(await ask(host.address, [renewed]), version);
      },
    );
  },
);

const HOST = "shop.test";
const TLS = ".kamal/proxy/apps-config/shop/tls";

function serving(scene: Scene, { certificate, key }: LabCertificate): WebApp {
  return scene.app()
    .proxy({ ssl: { certificatePem: "CERTIFICATE_PEM", privateKeyPem: "PRIVATE_KEY_PEM" } })
    .secrets({
      fetch: () => Promise.resolve({ CERTIFICATE_PEM: certificate, PRIVATE_KEY_PEM: key }),
    });
}

async function ask(address: string, trusted: readonly LabCertificate[]): Promise<string> {
  const pems = trusted.map(({ certificate }) => certificate);
  return await askSecurely({ address, host: HOST, path: "/version" }, pems);
}

/** Asks over and over, one connection after the other, until it is stopped. */
function secureLoad(
  address: string,
  trusted: readonly LabCertificate[],
): { stop: () => Promise<{ answered: number; failures: readonly string[] }> } {
  let isOver = false;
  let answered = 0;
  const failures: string[] = [];
  const run = async (): Promise<void> => {
    while (!isOver) {
      const answer = await ask(address, trusted).catch((error) => String(error));
      if (answer.startsWith("HTTP/1.1 200")) answered++;
      else failures.push(answer);
    }
  };
  const runs = [run(), run()];
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(runs);
      return { answered, failures };
    },
  };
}

function kindsOf(plan: Plan): readonly string[] {
  const kinds = stepsOf(plan).flatMap(({ operations }) => operations).map(({ kind }) => kind);
  return [...new Set(kinds)].filter((kind) => !/lock|check-state/.test(kind)).toSorted();
}

/** No line of a key is in anything that a run tells. */
function assertShowsNothing({ events }: Scene, { key }: LabCertificate): void {
  const told = JSON.stringify(events);
  for (const line of key.split("\n").filter((line) => line !== "" && !line.startsWith("---"))) {
    assert(!told.includes(line));
  }
}
