import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveName, type InstallOptions, installEngine } from "../../src/engine/install";
import { findEngine } from "../../src/engine/find";
import { type Answer, ARCHIVE, answersOf, makeRelease, RELEASED, send, serve, SUMS, sumsOf } from "./release-server";

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

function install(url: string, more: Partial<InstallOptions> = {}) {
  return installEngine({ url, platform: "linux", arch: "x64", sleep: async () => undefined, ...more, env: { PATH: "/usr/bin:/bin", GOSLING_CACHE: cache, ...more.env } });
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
    expect(readdirSync(join(engines(), RELEASED))).toEqual(["tofu"]);
    expect(await findEngine({ env: { PATH: "", GOSLING_CACHE: cache }, cwd: "/" })).toEqual(engine);
  });

  test("is not downloaded again", async () => {
    const { url, requests } = await server(answersOf(release));
    await install(url);
    const before = requests.length;
    expect((await install(url)).downloaded).toBe(false);
    expect(requests).toHaveLength(before);
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
    expect(readdirSync(join(engines(), RELEASED))).toEqual(["tofu"]);
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
    const { error } = await refused({ [ARCHIVE]: send(other.archive), [SUMS]: send(release.sums) });
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
    expect(requests).toHaveLength(1);
  });

  test("a list of checksums that is none", async () => {
    const { error } = await refused({ ...answersOf(release), [SUMS]: send("<html>Please log in</html>") });
    expect(error.code).toBe("ENGINE_NOT_RELEASED");
  });

  test("an archive that is none, with the right checksum", async () => {
    const junk = Buffer.from("not an archive");
    const { error } = await refused({ [ARCHIVE]: send(junk), [SUMS]: send(sumsOf(junk)) });
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

describe("the way to the server", () => {
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
    const front = await server({ [ARCHIVE]: redirect, [SUMS]: redirect });
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
    expect(error.message).not.toContain("s3cret");
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

const openssl = spawnSync("openssl", ["version"]).status === 0;
const withCertificates = openssl ? describe : describe.skip;
withCertificates(`https${openssl ? "" : " (skipped: there is no openssl to make a certificate with)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "gosling-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  if (openssl) {
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
    spawnSync("openssl", args);
  }
  afterAll(() => rmSync(folder, { recursive: true }));
  const secure = (answers: Parameters<typeof serve>[0]) => server(answers, (listener) => createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, listener) as never);

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
    await expect(install("https://127.0.0.1:1", { env: { GOSLING_CA_FILE: join(folder, "none.pem") } })).rejects.toMatchObject({ code: "CERTIFICATES_UNREADABLE" });
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
