import { loadSchema } from "../../constructs/bindings/schemas";
import { type DataSourceAnswers, USUAL_ANSWERS } from "./data-sources";
import { type GrpcServer, startGrpcServer } from "./grpc-server";
import { SERVICE } from "./protocol";
import { openSession, type ProviderHost } from "./provider-session";
import { reattachEnvironment } from "./reattach";
import { encodedSchema, type ProviderSchema, readSchema } from "./schema";
import { createWorld, type World } from "./world";

/** The clouds whose providers can be played. */
export type RehearsalCloud = "aws" | "yandex";

export const PROVIDER_ADDRESS: Readonly<Record<RehearsalCloud, string>> = { aws: "hashicorp/aws", yandex: "yandex-cloud/yandex" };

export interface ProviderOptions {
  /** Default: both. */
  readonly clouds?: readonly RehearsalCloud[];
  /** Files with the providers' schemas. Default: those that come with Gosling. */
  readonly schemaFiles?: Partial<Readonly<Record<RehearsalCloud, string>>>;
  /** Answers of data sources, by type, before the usual ones. */
  readonly answers?: DataSourceAnswers;
}

/** Providers that run in this process. */
export interface RehearsalProvider {
  /** Variables for the engine: with them it talks to us and downloads no provider. */
  readonly environment: Readonly<Record<string, string>>;
  readonly world: World;
  /** Cuts all connections in the middle of what they do, as a provider that dies. The next command finds it alive again. */
  crash(): void;
  stop(): Promise<void>;
}

/**
 * Starts a provider for each cloud, on free ports of the loopback interface, over one common world. Needs
 * no account, no credentials and no network. Schemas are read when an engine asks for the first time.
 */
export async function startProvider({ clouds = ["aws", "yandex"], schemaFiles = {}, answers = {} }: ProviderOptions = {}): Promise<RehearsalProvider> {
  const world = createWorld();
  const servers = new Map<RehearsalCloud, GrpcServer>();
  const crash = () => {
    for (const server of servers.values()) server.crash();
  };
  for (const cloud of clouds) {
    const host = makeHost(cloud, schemaFiles[cloud], { ...USUAL_ANSWERS, ...answers }, world, crash);
    servers.set(cloud, await startGrpcServer(SERVICE, () => openSession(host)));
  }
  return {
    environment: reattachEnvironment(new Map([...servers].map(([cloud, { port }]) => [PROVIDER_ADDRESS[cloud], port]))),
    world,
    crash,
    stop: async () => {
      await Promise.all([...servers.values()].map((server) => server.stop()));
    },
  };
}

function makeHost(cloud: RehearsalCloud, file: string | undefined, answers: DataSourceAnswers, world: ReturnType<typeof createWorld>, crash: () => void): ProviderHost {
  let schema: ProviderSchema | undefined;
  const load = () => (schema ??= file === undefined ? loadSchema(cloud) : readSchema(file));
  return { cloud, world, answers, schema: load, encodedSchema: () => encodedSchema(load()), crash };
}
