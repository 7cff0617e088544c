import { gosling } from "../support/command-line";
import { folderWith } from "../support/folder";
import { nestFiles } from "../support/nest-files";
import { startYandexServer, type YandexServer } from "../support/yandex-server";

const FOLDER = "b1g00000000000000001";
const TOKEN = "t1.good.token";
const REFERENCE = "yc-lockbox://gitlab/gitlab.com/web/api-token";

let server: YandexServer;
let nest: string;

beforeAll(async () => {
  server = await startYandexServer();
  server.tokens.add(TOKEN);
  const cloud = `provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "${FOLDER}"`;
  nest = folderWith(nestFiles({ web: { cloud, resources: "cpu    = 2\n    memory = 2048\n    disk   = 20" } }));
});

beforeEach(() => void (server.secrets.length = 0));

afterAll(() => server.close());

const secrets = (args: readonly string[], input = "") => gosling(nest, ["secrets", ...args], { ...server.env, YC_TOKEN: TOKEN, YC_FOLDER_ID: "folder-of-nobody" }, undefined, input);

test("check reads an Egg's secrets in the Egg's folder", async () => {
  server.addSecret("gitlab/gitlab.com/web", { "api-token": "of another folder" }, "folder-of-nobody");
  const missing = JSON.parse((await secrets(["check", "--json"])).stdout);
  expect(missing).toMatchObject({ ok: false, secrets: [{ reference: REFERENCE, region: null, folder_id: FOLDER, status: "error", problem: { code: "SECRET_MISSING" } }, {}, {}] });
  server.addSecret("gitlab/gitlab.com/web", { "api-token": "a", "runner-token": "r", "webhook-secret": "w" }, FOLDER);
  expect(await secrets(["check", "--json"])).toMatchObject({ code: 0, stderr: "" });
});

test("set puts it into the folder of the Egg that uses it, and --folder-id says otherwise", async () => {
  expect(await secrets(["set", REFERENCE], "value\n")).toEqual({ code: 0, stdout: `${REFERENCE} is set\n`, stderr: "" });
  const other = await secrets(["set", REFERENCE, "--folder-id", "folder-2", "--json"], "another");
  expect(JSON.parse(other.stdout)).toEqual({ reference: REFERENCE, region: null, folder_id: "folder-2", warning: null });
  expect(server.secrets.map(({ folderId, versions }) => [folderId, String(versions.at(-1)?.entries.get("api-token"))])).toEqual([[FOLDER, "value"], ["folder-2", "another"]]);
});

test("generate makes a key where the environment says, for a reference that nothing of the Nest uses", async () => {
  expect((await secrets(["generate", "yc-lockbox://team/state-key"])).code).toBe(0);
  expect(server.secrets.map(({ folderId, name }) => [folderId, name])).toEqual([["folder-of-nobody", "team"]]);
  expect((await secrets(["generate", "yc-lockbox://team/state-key"])).code).toBe(1);
});
