import "../sanitizers.ts";
import { deploy, secret } from "@sextant/deploy";
import { postgres } from "@sextant/deploy/recipes";
import { assertEquals } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";

const app = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1"], jobs: ["10.0.0.2"] });
const DATA = { PGDATA: "/var/lib/postgresql/data" };

Deno.test("postgres() is an accessory that keeps its data and has its health watched", async () => {
  const config = await resolveConfig(app.use(postgres({ name: "db", role: "jobs" })).toSpec());
  const [db] = config.accessories;
  assertEquals([db?.service, db?.image, db?.hosts], ["shop-db", "postgres:17", ["10.0.0.2"]]);
  assertEquals(db?.env, {
    clear: { ...DATA, POSTGRES_DB: "postgres", POSTGRES_USER: "postgres" },
    secret: { POSTGRES_PASSWORD: "POSTGRES_PASSWORD" },
  });
  assertEquals(db?.directories.map((each) => [each.hostPath, each.containerPath]), [
    ["shop-db/data", "/var/lib/postgresql/data"],
  ]);
  assertEquals(
    db?.options["health-cmd"],
    "pg_isready --host=localhost --username=postgres --dbname=postgres",
  );
  assertEquals(db?.publish, undefined);
  assertEquals(config.secretNames, ["POSTGRES_PASSWORD"]);
});

Deno.test("postgres() takes user, database, password, version, port and folder", async () => {
  const config = await resolveConfig(
    app.use(postgres({
      name: "main",
      role: "web",
      version: "18",
      user: "shop",
      database: "orders",
      password: secret("DB_PASSWORD"),
      port: "127.0.0.1:5432:5432",
      directory: "/mnt/data",
    })).toSpec(),
  );
  const [db] = config.accessories;
  assertEquals([db?.image, db?.publish], ["postgres:18", "127.0.0.1:5432:5432"]);
  assertEquals(db?.env.clear, { ...DATA, POSTGRES_DB: "orders", POSTGRES_USER: "shop" });
  assertEquals(db?.env.secret, { POSTGRES_PASSWORD: "DB_PASSWORD" });
  assertEquals(db?.directories[0]?.hostPath, "/mnt/data");
});

Deno.test("postgres() names the database as the user", async () => {
  const spec = app.use(postgres({ name: "db", role: "web", user: "shop" })).toSpec();
  const env = (await resolveConfig(spec)).accessories[0]?.env.clear;
  assertEquals(env, { ...DATA, POSTGRES_DB: "shop", POSTGRES_USER: "shop" });
});

Deno.test("postgres() checks its role and remembers its name", () => {
  // @ts-expect-error the deployment has no role "job"
  app.use(postgres({ name: "db", role: "job" }));
  const name: "db" | "other" = app.use(postgres({ name: "db", role: "web" }))
    .use(postgres({ name: "other", role: "web" }))["~shape"]?.accessory;
  assertEquals(name, undefined);
});
