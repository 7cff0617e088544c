import { connect } from "node:http2";
import { loadSchema } from "../../constructs/bindings/schemas";
import type { BlockSchema } from "../../constructs/bindings/provider-schema";
import { startProvider } from "../../src/rehearsal";
import { ATTRIBUTE_RULES } from "../../src/rehearsal/attribute-rules";
import { FORCE_NEW } from "../../src/rehearsal/force-new";
import { decodeMessage } from "../../src/rehearsal/protobuf";
import { METHODS } from "../../src/rehearsal/protocol";
import { USUAL_ANSWERS } from "../../src/rehearsal/data-sources";
import { provider } from "./rehearsed-stack";

interface Answer {
  readonly status: string;
  readonly body: Buffer;
}

/** One call as an engine makes it. */
function call(address: string, path: string, body: Buffer): Promise<Answer> {
  const session = connect(`http://${address}`);
  return new Promise<Answer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = "";
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" });
    session.once("error", reject);
    stream.once("error", reject);
    stream.on("response", (headers) => (status = String(headers["grpc-status"] ?? status)));
    stream.on("trailers", (headers) => (status = String(headers["grpc-status"])));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("end", () => resolve({ status, body: Buffer.concat(chunks) }));
    stream.end(body);
  }).finally(() => session.close());
}

const framed = (body: Buffer, compressed = 0) => Buffer.concat([Buffer.from([compressed, 0, 0, body.length >> 8, body.length & 0xff]), body]);
const EMPTY = framed(Buffer.alloc(0));

function addressOf({ environment }: { readonly environment: Readonly<Record<string, string>> }, name: string): string {
  const told = JSON.parse(environment["TF_REATTACH_PROVIDERS"] ?? "") as Record<string, { Addr: { String: string } }>;
  return told[name]?.Addr.String ?? "";
}

describe("the provider in our own process", () => {
  test("serves within 200 ms", async () => {
    const times: number[] = [];
    for (let count = 0; count < 10; count++) {
      const start = performance.now();
      await provider();
      times.push(performance.now() - start);
    }
    // A busy machine may keep some of them waiting.
    expect(Math.min(...times)).toBeLessThan(200);
  });

  test("answers with the whole schema", async () => {
    const started = await provider();
    for (const [cloud, name] of [["aws", "hashicorp/aws"], ["yandex", "yandex-cloud/yandex"]] as const) {
      const { status, body } = await call(addressOf(started, name), "/tfplugin6.Provider/GetProviderSchema", EMPTY);
      expect(status).toBe("0");
      const schema = decodeMessage(METHODS.GetProviderSchema.response, body.subarray(5));
      expect(Object.keys(schema.resourceSchemas ?? {})).toEqual(Object.keys(loadSchema(cloud).resource_schemas));
      expect(schema.serverCapabilities).toEqual({ getProviderSchemaOptional: true });
    }
  });

  test.each<[string, string, Buffer, string]>([
    ["a method that there isn't", "/tfplugin6.Provider/GetFunctions", EMPTY, "12"],
    ["another service", "/tfplugin5.Provider/GetProviderSchema", EMPTY, "12"],
    ["a compressed message", "/tfplugin6.Provider/StopProvider", framed(Buffer.alloc(0), 1), "12"],
    ["a message that is cut off", "/tfplugin6.Provider/ReadResource", EMPTY.subarray(0, 3), "2"],
    ["a message that is none", "/tfplugin6.Provider/ReadResource", framed(Buffer.from([0x0a, 9, 1])), "2"],
    ["a type that the schema lacks", "/tfplugin6.Provider/ValidateResourceConfig", framed(Buffer.from([0x0a, 1, 0x61])), "2"],
  ])("refuses %s and goes on", async (_, path, body, status) => {
    const started = await provider();
    const address = addressOf(started, "hashicorp/aws");
    expect((await call(address, path, body)).status).toBe(status);
    expect((await call(address, "/tfplugin6.Provider/StopProvider", EMPTY)).status).toBe("0");
  });

  test("is gone when it was stopped", async () => {
    const started = await startProvider({ clouds: ["aws"] });
    await started.stop();
    await expect(call(addressOf(started, "hashicorp/aws"), "/tfplugin6.Provider/StopProvider", EMPTY)).rejects.toThrow(/ECONNREFUSED|canceled/);
  });

  test("a world tells what it lacks", async () => {
    const { world } = await provider();
    expect(() => world.vanish("aws_instance", "i-1")).toThrow("The world has no aws_instance i-1");
  });
});

describe("what the schemas can't say", () => {
  const resources = { ...loadSchema("aws").resource_schemas, ...loadSchema("yandex").resource_schemas };
  const isThere = (block: BlockSchema, [name = "", ...rest]: readonly string[]): boolean => {
    const nested = block.attributes?.[name]?.nested_type;
    const inner = block.block_types?.[name]?.block ?? (nested && { attributes: nested.attributes });
    if (rest.length > 0) return inner !== undefined && isThere(inner, rest);
    return inner !== undefined || block.attributes?.[name] !== undefined;
  };
  const named = [
    ...Object.entries(FORCE_NEW).map(([type, paths]) => [type, paths === "all" ? [] : paths] as const),
    ...Object.entries(ATTRIBUTE_RULES).map(([type, rules]) => [type, Object.values(rules).flat(2) as string[]] as const),
  ].filter(([type]) => resources[type] !== undefined);

  test("speaks of attributes that there are", () => {
    const missing = named.flatMap(([type, paths]) => paths.filter((path) => !isThere((resources[type] as { block: BlockSchema }).block, path.split("."))).map((path) => `${type}.${path}`));
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(50);
  });

  test("speaks of types and data sources that there are", () => {
    const data = { ...loadSchema("aws").data_source_schemas, ...loadSchema("yandex").data_source_schemas };
    expect([...Object.keys(FORCE_NEW), ...Object.keys(ATTRIBUTE_RULES)].filter((type) => resources[type] === undefined)).toEqual([]);
    expect(Object.keys(USUAL_ANSWERS).filter((type) => data[type] === undefined)).toEqual([]);
  });
});
