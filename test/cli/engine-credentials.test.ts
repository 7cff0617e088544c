import { type CloudBlocks, engineCredentials } from "../../src/cli/engine-credentials";
import { type Nest, readNest } from "../../src/nest";
import { folderWith } from "../support/folder";
import { nestFiles } from "../support/nest-files";
import { startYandexServer, type YandexServer } from "../support/yandex-server";

const OIDC = { YC_OIDC_TOKEN: "a-pipelines-id-token", YC_SERVICE_ACCOUNT_ID: "account-1" };

let server: YandexServer;
let nest: Nest;
let concealed: string[];

beforeAll(async () => {
  server = await startYandexServer();
  const cloud = 'provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "b1g00000000000000001"';
  nest = (await readNest(folderWith(nestFiles({ web: { cloud, resources: "cpu    = 2\n    memory = 2048\n    disk   = 20" } })))).nest as Nest;
});

beforeEach(() => {
  concealed = [];
  server.httpRequests.length = 0;
});

afterAll(() => server.close());

const credentials = (more: Readonly<Record<string, string>>, blocks: CloudBlocks = nest) => engineCredentials({ ...server.env, ...more }, blocks, (token) => concealed.push(token));

test("a pipeline's OIDC token becomes the IAM token that the engine's provider takes, and is concealed", async () => {
  const { YC_TOKEN: token, ...others } = await credentials(OIDC);
  expect(others).toEqual({});
  expect(server.tokens.has(token ?? "")).toBe(true);
  expect(concealed).toEqual([token]);
  expect(server.httpRequests).toMatchObject([{ path: "/oauth/token", form: { subject_token: OIDC.YC_OIDC_TOKEN } }]);
});

test("what the provider knows itself is left to it, and nobody is asked where nothing is on Yandex Cloud", async () => {
  expect(await credentials({ ...OIDC, YC_TOKEN: "t1.own.token" })).toEqual({});
  expect(await credentials({})).toEqual({});
  expect(await credentials(OIDC, { eggs: [] })).toEqual({});
  expect([server.httpRequests, concealed]).toEqual([[], []]);
});

test("a refused token is told of before the engine runs, without the token", async () => {
  server.httpAnswers.push({ status: 401, body: '{"error":"invalid_grant"}' });
  const refused = await credentials(OIDC).catch((error: Error) => error.message);
  expect(refused).toMatch(/YC_OIDC_TOKEN \(401, invalid_grant\)/);
  expect(refused).not.toContain(OIDC.YC_OIDC_TOKEN);
});
