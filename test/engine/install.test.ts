import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { verifyEngines } from "../../src/engine/install-record";
import { DEFAULT_URL, mirrorOf } from "../../src/engine/mirror";
import { archiveName, type InstallOptions, installEngine } from "../../src/engine/install";
import { findEngine } from "../../src/engine/find";
import { type Answer, ARCHIVE, answersOf, makeKey, makeRelease, mirrorKey, mirrorKeyFile, RELEASED, send, serve, signatureOf, signed, SIGNATURE, SUMS, sumsOf } from "./release-server";
import { companyCertificate, describeWithCertificates } from "../support/company-certificate";

let cache: string;
const open: { close(): Promise<void> }[] = [];
const release = makeRelease();

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "gosling-cache-"));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  rmSync(cache, { recursive: true, force: true });
});

async function server(...args: Parameters<typeof serve>) {
  const started = await serve(...args);
  open.push(started);
  return started;
}

async function install(url: string, more: Partial<InstallOptions> = {}) {
  return installEngine({ url, platform: "linux", arch: "x64", sleep: async () => undefined, ...more, env: { PATH: "/usr/bin:/bin", GOSLING_CACHE: cache, GOSLING_ENGINE_KEY: await mirrorKeyFile(), ...more.env } });
}

const engines = () => join(cache, "engines", "opentofu");
/** What is in the folder of engines: nothing half-made, no temporary folder. */
const left = () => (existsSync(engines()) ? readdirSync(engines()) : []);

describe("a good release", () => {
  test("is downloaded, checked, unpacked and found", async () => {
    const { url } = await server(answersOf(release));
    const seen: (readonly [number, number | undefined])[] = [];
    const { engine, downloaded } = await install(url, { onProgress: ({ bytes, total }) => seen.push([bytes, total]) });
    expect({ ...engine, downloaded }).toEqual({ name: "tofu", version: RELEASED, path: join(engines(), RELEASED, "tofu"), origin: "installed", downloaded: true });
    expect(statSync(engine.path).mode & 0o777).toBe(0o755);
    expect(seen.at(0)).toEqual([0, release.archive.length]);
    expect(seen.at(-1)).toEqual([release.archive.length, release.archive.length]);
    expect(left()).toEqual([RELEASED]);
    expect(readdirSync(join(engines(), RELEASED))).toEqual(["gosling-install.json", "tofu"]);
    expect(await findEngine({ env: { PATH: "", GOSLING_CACHE: cache }, cwd: "/" })).toEqual(engine);
  });

  test("is not downloaded again: without a network what is there can be installed", async () => {
    const { url, requests } = await server(answersOf(release));
    const { engine } = await install(url);
    const before = requests.length;
    expect(await install(url)).toEqual({ engine, downloaded: false });
    expect(requests).toHaveLength(before);
    expect(await install("http://127.0.0.1:1")).toEqual({ engine, downloaded: false });
  });

  test("stands beside another version, and leaves that alone", async () => {
    const other = makeRelease("OpenTofu v1.11.2", {}, "1.11.2");
    const { url } = await server({ ...answersOf(release), ...answersOf(other) });
    const { engine } = await install(url);
    expect(await install(url, { version: "v1.11.2" })).toMatchObject({ downloaded: true, engine: { version: "1.11.2" } });
    expect(left().sort()).toEqual(["1.11.2", RELEASED]);
    expect(await install(url)).toEqual({ engine, downloaded: false });
  });

  test("is downloaded again where somebody changed it, though it runs and says the right version", async () => {
    const { url } = await server(answersOf(release));
    const { engine } = await install(url);
    writeFileSync(engine.path, `${readFileSync(engine.path, "utf8")}# and more\n`);
    expect((await install(url)).downloaded).toBe(true);
    expect(readFileSync(engine.path, "utf8")).not.toContain("and more");
  });

  test("may come slowly, as long as something comes", async () => {
    const { url } = await server({
      ...answersOf(release),
      [ARCHIVE]: (_request, response) => {
        response.writeHead(200, { "content-length": release.archive.length });
        const piece = Math.ceil(release.archive.length / 8);
        let at = 0;
        const timer = setInterval(() => {
          response.write(release.archive.subarray(at, at + piece));
          at += piece;
          if (at >= release.archive.length) response.end(() => clearInterval(timer));
        }, 30);
      },
    });
    expect((await install(url, { idleTimeoutMs: 150 })).downloaded).toBe(true);
  });

  test("stands there once when many install it at the same time", async () => {
    const { url } = await server(answersOf(release));
    const results = await Promise.all(Array.from({ length: 8 }, () => install(url)));
    expect(new Set(results.map(({ engine }) => engine.path)).size).toBe(1);
    expect(left()).toEqual([RELEASED]);
  });

  test("takes the place of one that is damaged", async () => {
    mkdirSync(join(engines(), RELEASED), { recursive: true });
    writeFileSync(join(engines(), RELEASED, "tofu"), "half a bin", { mode: 0o755 });
    const { url } = await server(answersOf(release));
    expect((await install(url)).downloaded).toBe(true);
    expect(readFileSync(join(engines(), RELEASED, "tofu"), "utf8")).toContain("OpenTofu");
    expect(left()).toEqual([RELEASED]);
  });

  test("sweeps away what a killed install left a day ago, and nothing younger", async () => {
    for (const name of [".install-old", ".install-young"]) mkdirSync(join(engines(), name), { recursive: true });
    const now = Date.now();
    utimesSync(join(engines(), ".install-old"), 0, now / 1000 - 25 * 3600);
    const { url } = await server(answersOf(release));
    await install(url, { now: () => now });
    expect(left().sort()).toEqual([".install-young", RELEASED]);
  });

  test("gives nothing but the binary, whatever else the archive holds", async () => {
    const { url } = await server(answersOf(makeRelease(undefined, { "README.md": "text", "evil.sh": "text" })));
    await install(url);
    expect(readdirSync(join(engines(), RELEASED))).toEqual(["gosling-install.json", "tofu"]);
  });
});

describe("a release that is not what it should be", () => {
  async function refused(answers: Parameters<typeof serve>[0], more: Partial<InstallOptions> = {}) {
    const { url, requests } = await server(answers);
    const error = await install(url, more).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: "GoslingError", hint: expect.stringMatching(/\S/) as string });
    expect(left()).toEqual([]);
    return { error: error as { code: string; message: string; hint: string }, requests };
  }

  test("tampered with: the checksum tells, and nothing of it is unpacked", async () => {
    const other = makeRelease("OpenTofu v1.12.6 but evil");
    const { error } = await refused({ ...answersOf(release), [ARCHIVE]: send(other.archive) });
    expect(error.code).toBe("ENGINE_TAMPERED");
    expect(error.message).toContain(ARCHIVE);
  });

  test("cut off in the file itself", async () => {
    const { error } = await refused({ ...answersOf(release), [ARCHIVE]: send(release.archive.subarray(0, 100)) });
    expect(error.code).toBe("ENGINE_TAMPERED");
  });

  test("cut off on its way, each time", async () => {
    const { error, requests } = await refused({
      ...answersOf(release),
      [ARCHIVE]: (_request, response) => {
        response.writeHead(200, { "content-length": release.archive.length });
        response.write(release.archive.subarray(0, 100), () => response.socket?.destroy());
      },
    });
    expect(error.code).toBe("DOWNLOAD_FAILED");
    expect(requests.filter((path) => path.endsWith(ARCHIVE))).toHaveLength(4);
  });

  test("a server that falls silent in the middle", async () => {
    const { error } = await refused(
      {
        ...answersOf(release),
        [ARCHIVE]: (_request, response) => {
          response.writeHead(200, { "content-length": release.archive.length });
          response.write(release.archive.subarray(0, 100));
        },
      },
      { idleTimeoutMs: 100 },
    );
    expect(error).toMatchObject({ code: "DOWNLOAD_FAILED", message: expect.stringContaining("stopped answering") as string });
  });

  test("a version that does not exist", async () => {
    const { error, requests } = await refused({});
    expect(error).toMatchObject({ code: "DOWNLOAD_NOT_FOUND", message: expect.stringContaining(SUMS) as string });
    expect(requests).toHaveLength(1);
  });

  test("no archive for this platform", async () => {
    const { error, requests } = await refused(answersOf(release), { platform: "linux", arch: "arm64" });
    expect(error).toMatchObject({ code: "ENGINE_NOT_RELEASED", message: expect.stringContaining("linux_arm64") as string });
    expect(requests.some((path) => path.endsWith(".tar.gz"))).toBe(false);
  });

  test("a list of checksums that is none", async () => {
    const { error } = await refused({ ...answersOf(release), ...signed("<html>Please log in</html>") });
    expect(error.code).toBe("ENGINE_NOT_RELEASED");
  });

  test("an archive that is none, with the right checksum", async () => {
    const junk = Buffer.from("not an archive");
    const { error } = await refused({ [ARCHIVE]: send(junk), ...signed(sumsOf(junk)) });
    expect(error.code).toBe("ENGINE_ARCHIVE_BROKEN");
  });

  test("a binary that does not run here, or is another version", async () => {
    const other = makeRelease("OpenTofu v1.11.0");
    const { error } = await refused(answersOf(other));
    expect(error).toMatchObject({ code: "ENGINE_UNUSABLE", message: expect.stringContaining("1.11.0") as string });
  });

  test("larger than any release", async () => {
    const { error } = await refused({
      ...answersOf(release),
      [SUMS]: (_request, response) => {
        response.writeHead(200);
        const more = () => {
          while (response.write(Buffer.alloc(65536)));
        };
        response.on("drain", more);
        more();
      },
    });
    expect(error.code).toBe("DOWNLOAD_TOO_LARGE");
  });
});

describe("a release that is not signed as it should be", () => {
  async function refused(answers: Parameters<typeof serve>[0], more: Partial<InstallOptions> = {}) {
    const { url, requests } = await server({ ...answersOf(release), ...answers });
    const error = (await install(url, more).catch((reason: unknown) => reason)) as { code: string; message: string; hint: string };
    expect(error).toMatchObject({ name: "GoslingError", hint: expect.stringMatching(/\S/) as string });
    expect(left()).toEqual([]);
    // What nobody vouches for is not even downloaded.
    expect(requests.some((path) => path.endsWith(".tar.gz"))).toBe(false);
    return error;
  }

  test("no signature: the error names the file that is missing, and the flag", async () => {
    const error = await refused({ [SIGNATURE]: (_request, response) => void response.writeHead(404).end() });
    expect(error).toMatchObject({ code: "ENGINE_SIGNATURE_MISSING", message: expect.stringContaining(SIGNATURE) as string, hint: expect.stringContaining("--no-signature") as string });
  });

  test("signed by another key: the error names both", async () => {
    const stranger = makeKey();
    const error = await refused(signed(release.sums, RELEASED, stranger));
    expect(error).toMatchObject({ code: "ENGINE_SIGNATURE_BAD", message: expect.stringMatching(/is by the key [0-9A-F]{16}, not by [0-9A-F]{40}\./) as string, hint: expect.stringContaining("GOSLING_ENGINE_KEY") as string });
  });

  test("signed by a mirror, where nobody named the mirror's key: OpenTofu's own counts", async () => {
    const error = await refused({}, { env: { GOSLING_ENGINE_KEY: "" } });
    expect(error).toMatchObject({ code: "ENGINE_SIGNATURE_BAD", message: expect.stringContaining("not by E3E6E43D84CB852EADB0051D0C0AF313E5FD9F80") as string });
  });

  test("a signature over other checksums", async () => {
    const error = await refused({ [SUMS]: send(release.sums.replace(/^0/, "1")) });
    expect(error).toMatchObject({ code: "ENGINE_SIGNATURE_BAD", message: expect.stringContaining(`The signature of ${SUMS} does not fit`) as string });
  });

  test("a page in the signature's place", async () => {
    expect(await refused({ [SIGNATURE]: send("<html>Please log in</html>") })).toMatchObject({ code: "ENGINE_SIGNATURE_BAD", message: expect.stringContaining("cannot be read") as string });
  });

  test("a key that has expired since", async () => {
    const day = 24 * 60 * 60 * 1000;
    const key = makeKey({ from: new Date(Date.now() - 10 * day), days: 5 });
    const [publicKey, signature] = [await mirrorKeyFile(key, "expired.asc"), await signatureOf(release.sums, await key, new Date(Date.now() - 8 * day))];
    const error = await refused({ [SIGNATURE]: send(signature) }, { env: { GOSLING_ENGINE_KEY: publicKey } });
    expect(error).toMatchObject({ code: "ENGINE_KEY_EXPIRED", message: expect.stringMatching(/[0-9A-F]{40}.*expired at 20/) as string });
    // While it was in force, the same signature was good.
    const { url } = await server({ ...answersOf(release), [SIGNATURE]: send(signature) });
    expect((await install(url, { env: { GOSLING_ENGINE_KEY: publicKey }, now: () => Date.now() - 7 * day })).downloaded).toBe(true);
  });

  test.each([
    ["is not there", () => join(cache, "none.asc")],
    ["holds no key", () => (writeFileSync(join(cache, "text.asc"), "text"), join(cache, "text.asc"))],
  ])("a key's file that %s", async (_what, file) => {
    const path = file();
    expect(await refused({}, { env: { GOSLING_ENGINE_KEY: path } })).toMatchObject({ code: "ENGINE_KEY_UNREADABLE", message: expect.stringContaining(path) as string });
  });

  test("an armoured signature is as good as a binary one", async () => {
    const { armor, enums } = await import("openpgp");
    const armored = armor(enums.armor.signature, await signatureOf(release.sums, await mirrorKey)) as unknown as string;
    const { url } = await server({ ...answersOf(release), [SIGNATURE]: send(armored) });
    expect((await install(url)).downloaded).toBe(true);
  });

  test("without a signature, where the user says so; what it was is written down", async () => {
    const { url, requests } = await server({ [ARCHIVE]: send(release.archive), [SUMS]: send(release.sums) });
    expect((await install(url, { unsigned: true })).downloaded).toBe(true);
    expect(requests.some((path) => path.endsWith(SIGNATURE))).toBe(false);
    expect((await verifyEngines({ GOSLING_CACHE: cache })).map(({ state, record }) => [state, record?.signedBy])).toEqual([["good", null]]);
  });

  test("one that nobody signed is enough for who asks for no more, and gives way to a signed one", async () => {
    const { url } = await server(answersOf(release));
    await install(url, { unsigned: true });
    expect((await install("http://127.0.0.1:1", { unsigned: true })).downloaded).toBe(false);
    expect((await install(url)).downloaded).toBe(true);
    expect((await verifyEngines({ GOSLING_CACHE: cache }))[0]?.record?.signedBy).toMatch(/^[0-9a-f]{40}$/);
    expect(left()).toEqual([RELEASED]);
  });

  test("never without a signature from OpenTofu's own place", async () => {
    await expect(install(DEFAULT_URL, { unsigned: true })).rejects.toMatchObject({ code: "BAD_FLAG", exitCode: 64 });
  });
});

describe("what was written down when it was installed", () => {
  const env = () => ({ GOSLING_CACHE: cache });
  async function installed() {
    const { url } = await server(answersOf(release));
    const { engine } = await install(url.replace("http://", "http://user:s3cret@"), { now: () => Date.now() });
    return engine;
  }

  test("names the archive without credentials, the binary's checksum and who signed", async () => {
    const { path } = await installed();
    const [{ state, record } = {}] = await verifyEngines(env());
    const fingerprint = (await (await import("openpgp")).readKey({ armoredKey: (await mirrorKey).publicKey })).getFingerprint();
    expect(state).toBe("good");
    expect(record).toEqual({ version: RELEASED, sha256: createHash("sha256").update(readFileSync(path)).digest("hex"), from: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1\.12\.6\/tofu_1\.12\.6_linux_amd64\.tar\.gz$/) as string, signedBy: fingerprint, at: expect.stringMatching(/^20.*Z$/) as string });
  });

  test.each<[string, (path: string) => void]>([
    ["changed", (path) => writeFileSync(path, "#!/bin/sh\necho 'OpenTofu v1.12.6'\n")],
    ["removed", (path) => rmSync(path)],
    ["not executable any more", (path) => chmodSync(path, 0o644)],
  ])("tells a binary that was %s", async (_what, damage) => {
    const { path } = await installed();
    damage(path);
    expect(await verifyEngines(env())).toMatchObject([{ version: RELEASED, path, state: "damaged" }]);
  });

  test.each(["", "{", "null", '{"version":"1.12.6"}', '{"version":"1.11.0","sha256":"0","from":"","signedBy":null,"at":""}'])("that is damaged itself (%p) says nothing", async (text) => {
    const { path } = await installed();
    writeFileSync(join(dirname(path), "gosling-install.json"), text);
    expect(await verifyEngines(env())).toMatchObject([{ state: "unrecorded" }]);
  });
});

describe("a private mirror", () => {
  /** What each request brought along, by the last part of its path. */
  function guarded(answers: Parameters<typeof serve>[0], seen: IncomingHttpHeaders[]) {
    return Object.fromEntries(Object.entries(answers).map(([name, answer]): [string, Answer] => [name, (request, response) => (seen.push(request.headers), answer(request, response))]));
  }

  test("gets a bearer token and a header of its own, with each request", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const { url } = await server(guarded(answersOf(release), seen));
    await install(url, { env: { GOSLING_ENGINE_MIRROR_TOKEN: "t0ken", GOSLING_ENGINE_MIRROR_HEADER: "X-JFrog-Art-Api: k3y" } });
    expect(seen.map((headers) => [headers["authorization"], headers["x-jfrog-art-api"]])).toEqual([["Bearer t0ken", "k3y"], ["Bearer t0ken", "k3y"], ["Bearer t0ken", "k3y"]]);
  });

  test("is the only one that gets them: a server that it sends us to does not", async () => {
    const [atFront, behind]: IncomingHttpHeaders[][] = [[], []];
    const storage = await server(guarded(answersOf(release), behind as IncomingHttpHeaders[]));
    const redirect: Answer = (request, response) => void response.writeHead(307, { location: `${storage.url}${request.url}` }).end();
    const front = await server(guarded({ [ARCHIVE]: redirect, [SUMS]: redirect, [SIGNATURE]: redirect }, atFront as IncomingHttpHeaders[]));
    await install(front.url, { env: { GOSLING_ENGINE_MIRROR_TOKEN: "t0ken", GOSLING_ENGINE_MIRROR_HEADER: "X-Key: k3y" } });
    expect(atFront?.every((headers) => headers["authorization"] === "Bearer t0ken" && headers["x-key"] === "k3y")).toBe(true);
    expect(behind).toHaveLength(3);
    expect(behind?.some((headers) => "authorization" in headers || "x-key" in headers)).toBe(false);
  });

  test("OpenTofu's own place gets none of it", () => {
    const env = { GOSLING_ENGINE_MIRROR_TOKEN: "t0ken", GOSLING_ENGINE_MIRROR_HEADER: "X-Key: k3y" };
    expect(mirrorOf(env)).toEqual({ url: DEFAULT_URL, headers: {}, isDefault: true });
    expect(mirrorOf(env, `${DEFAULT_URL}/`).headers).toEqual({});
    expect(mirrorOf({ ...env, GOSLING_ENGINE_URL: "https://mirror/tofu/" })).toEqual({ url: "https://mirror/tofu", headers: { "authorization": "Bearer t0ken", "x-key": "k3y" }, isDefault: false });
  });

  test.each([
    [{ GOSLING_ENGINE_MIRROR_TOKEN: "s3cret\nmore" }, "BAD_MIRROR_TOKEN"],
    [{ GOSLING_ENGINE_MIRROR_HEADER: "s3cret" }, "BAD_MIRROR_HEADER"],
    [{ GOSLING_ENGINE_MIRROR_HEADER: "X-Key: s3cret\r\nX-Other: 1" }, "BAD_MIRROR_HEADER"],
    [{ GOSLING_ENGINE_MIRROR_HEADER: "X-Key:" }, "BAD_MIRROR_HEADER"],
    [{ GOSLING_ENGINE_URL: "ftp://user:s3cret@mirror" }, "BAD_URL"],
  ])("%o is refused, and the value stays unseen", (env, code) => {
    const refusal = (() => {
      try {
        return mirrorOf({ GOSLING_ENGINE_URL: "https://mirror", ...env });
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ code, exitCode: 64 });
    expect(inspect(refusal)).not.toContain("s3cret");
  });

  test("a token that is refused is in no message", async () => {
    const { url } = await server({ [SUMS]: (_request, response) => void response.writeHead(403).end("t0ken is not known") });
    const refusal: unknown = await install(url, { env: { GOSLING_ENGINE_MIRROR_TOKEN: "t0ken" } }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "DOWNLOAD_DENIED", message: expect.stringContaining(`${url}/v1.12.6/${SUMS}`) as string });
    expect(inspect(refusal)).not.toContain("t0ken");
  });
});

describe("the way to the server", () => {
  test("no way at all: the error names the address and every way out", async () => {
    await expect(install("http://127.0.0.1:1/tofu")).rejects.toMatchObject({ code: "DOWNLOAD_FAILED", message: `http://127.0.0.1:1/tofu/v1.12.6/${SUMS} cannot be downloaded (ECONNREFUSED).`, hint: expect.stringMatching(/HTTPS_PROXY.*--url or GOSLING_ENGINE_URL.*GOSLING_ENGINE to an engine/) as string });
  });

  test("waits longer from try to try while the server is busy, then gets there", async () => {
    let busy = 2;
    const waits: number[] = [];
    const { url } = await server({
      ...answersOf(release),
      [ARCHIVE]: (request, response) => {
        if (busy-- > 0) response.writeHead(503).end("busy");
        else send(release.archive)(request, response);
      },
    });
    const { downloaded } = await install(url, { sleep: async (ms) => void waits.push(ms) });
    expect(downloaded).toBe(true);
    expect(waits).toEqual([500, 1000]);
  });

  test("follows redirects to another server", async () => {
    const mirror = await server(answersOf(release));
    const redirect: Answer = (request, response) => void response.writeHead(302, { location: `${mirror.url}/elsewhere${request.url}` }).end();
    const front = await server({ [ARCHIVE]: redirect, [SUMS]: redirect, [SIGNATURE]: redirect });
    expect((await install(front.url)).downloaded).toBe(true);
  });

  test("ends where servers send it round and round", async () => {
    const { url } = await server({ [SUMS]: (request, response) => void response.writeHead(302, { location: request.url as string }).end() });
    await expect(install(url)).rejects.toMatchObject({ code: "DOWNLOAD_FAILED", message: expect.stringContaining("from one address to the next") as string });
  });

  test("credentials in the address go to that server, and into no message", async () => {
    const headers: (string | undefined)[] = [];
    const { url } = await server({ [SUMS]: (request, response) => (headers.push(request.headers.authorization), void response.writeHead(401).end()) });
    const error = (await install(url.replace("http://", "http://user:s3cret@")).catch((reason: unknown) => reason)) as Error;
    expect(headers).toEqual([`Basic ${Buffer.from("user:s3cret").toString("base64")}`]);
    expect(error).toMatchObject({ code: "DOWNLOAD_DENIED", message: expect.not.stringContaining("s3cret") as string, hint: expect.stringContaining("GOSLING_ENGINE_MIRROR_TOKEN") as string });
  });

  test("goes through HTTP_PROXY, but not for hosts in NO_PROXY", async () => {
    const target = await server(answersOf(release));
    const tunnels: string[] = [];
    const proxy = createHttpServer();
    proxy.on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      const onward = connect(target.port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    open.push({ close: () => new Promise<void>((resolve) => (proxy.closeAllConnections(), proxy.close(() => resolve()))) });
    const address = proxy.address() as { port: number };
    const env = { HTTP_PROXY: `http://127.0.0.1:${address.port}` };
    await expect(install("http://mirror.invalid/tofu", { env: { ...env, NO_PROXY: "mirror.invalid" } })).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    expect(tunnels).toEqual([]);
    expect((await install("http://mirror.invalid/tofu", { env })).downloaded).toBe(true);
    expect(new Set(tunnels)).toEqual(new Set(["mirror.invalid:80"]));
  });

  test("stops when it is told to, and leaves nothing", async () => {
    const stop = new AbortController();
    const { url } = await server({
      ...answersOf(release),
      [ARCHIVE]: (_request, response) => {
        response.writeHead(200, { "content-length": release.archive.length });
        response.write(release.archive.subarray(0, 100), () => stop.abort());
      },
    });
    await expect(install(url, { signal: stop.signal })).rejects.toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
    expect(left()).toEqual([]);
  });
});

describeWithCertificates("https", () => {
  const { file: cert, tls } = companyCertificate();
  const secure = (answers: Parameters<typeof serve>[0]) => server(answers, (listener) => createHttpsServer(tls, listener) as never);

  test("is not trusted with a certificate that nobody vouches for; the error names the way out", async () => {
    const { port } = await secure(answersOf(release));
    await expect(install(`https://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "DOWNLOAD_UNTRUSTED", hint: expect.stringContaining("GOSLING_CA_FILE") as string });
  });

  test.each(["GOSLING_CA_FILE", "SSL_CERT_FILE"])("is trusted with a company's certificate in %s", async (variable) => {
    const { port } = await secure(answersOf(release));
    expect((await install(`https://127.0.0.1:${port}`, { env: { [variable]: cert } })).downloaded).toBe(true);
  });

  test("is never left for http", async () => {
    const plain = await server(answersOf(release));
    const { port } = await secure({ [SUMS]: (_request, response) => void response.writeHead(302, { location: `${plain.url}/${SUMS}` }).end() });
    await expect(install(`https://127.0.0.1:${port}`, { env: { GOSLING_CA_FILE: cert } })).rejects.toMatchObject({ code: "DOWNLOAD_UNSAFE" });
    expect(plain.requests).toEqual([]);
  });

  test("certificates that cannot be read are an error of their own", async () => {
    await expect(install("https://127.0.0.1:1", { env: { GOSLING_CA_FILE: `${cert}.none` } })).rejects.toMatchObject({ code: "CERTIFICATES_UNREADABLE" });
  });
});

test.each([
  ["linux", "x64", "tofu_1.12.6_linux_amd64.tar.gz"],
  ["linux", "arm64", "tofu_1.12.6_linux_arm64.tar.gz"],
  ["darwin", "arm64", "tofu_1.12.6_darwin_arm64.tar.gz"],
  ["win32", "x64", "tofu_1.12.6_windows_amd64.tar.gz"],
] as const)("the archive for %s on %s is %s", (platform, arch, name) => {
  expect(archiveName("1.12.6", platform, arch)).toBe(name);
});

test.each([
  [{ version: "1.7.0" }, "ENGINE_TOO_OLD"],
  [{ version: "../../etc" }, "BAD_VERSION"],
  [{ version: "latest" }, "BAD_VERSION"],
  [{ url: "ftp://mirror" }, "BAD_URL"],
  [{ url: "mirror" }, "BAD_URL"],
  [{ arch: "mips" }, "ENGINE_NOT_RELEASED"],
])("%o is refused before anything is asked for", async (more, code) => {
  await expect(install("https://127.0.0.1:1", more)).rejects.toMatchObject({ code });
  expect(left()).toEqual([]);
});

test("a cache that cannot be written is named", async () => {
  writeFileSync(join(cache, "engines"), "a file where a folder should be");
  await expect(install("http://127.0.0.1:1")).rejects.toMatchObject({ code: "CACHE_NOT_WRITABLE", hint: expect.stringContaining("GOSLING_CACHE") as string });
});
