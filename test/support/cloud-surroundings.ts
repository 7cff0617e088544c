import type { RehearsalProvider } from "../../src/rehearsal";
import { type GitlabServer, gitlabServer } from "./gitlab-server";
import { startEc2 } from "./ec2-server";
import type { LoopbackServer } from "./loopback-server";
import { awsEnvironment, type SecretsManager, secretsManager } from "./secrets-manager";
import { type KeptMachine, MachineState, startYandexServer, type YandexServer } from "./yandex-server";

/** What stands around the clouds of a rehearsal: stores of secrets, Yandex Cloud's own API, GitLab. All on the loopback interface. */
export interface CloudSurroundings {
  readonly secrets: SecretsManager;
  readonly yandex: YandexServer;
  readonly gitlab: GitlabServer;
  readonly ec2: LoopbackServer;
  /** Leads a program to them. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const IAM_TOKEN = "t1.aaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/** @param servers hosts of the Nest whose GitLab is the one of these surroundings. */
export async function cloudSurroundings(cloud: RehearsalProvider, servers: readonly string[]): Promise<CloudSurroundings> {
  const [secrets, yandex, gitlab, ec2] = await Promise.all([secretsManager(), startYandexServer(), gitlabServer(), startEc2(cloud.world)]);
  yandex.tokens.add(IAM_TOKEN);
  watchMachines(yandex, cloud);
  const addresses = servers.map((server) => `${server}=${gitlab.url}`).join(",");
  return {
    secrets,
    yandex,
    gitlab,
    ec2,
    env: { ...yandex.env, YC_TOKEN: IAM_TOKEN, ...awsEnvironment(secrets), AWS_ENDPOINT_URL_EC2: ec2.url, AWS_EC2_METADATA_DISABLED: "true", GOSLING_GITLAB_ADDRESSES: addresses },
    close: async () => void (await Promise.all([secrets.close(), yandex.close(), gitlab.close(), ec2.close()])),
  };
}

/** The compute API knows the machines that the engine has made; what it does to them the engine sees. */
function watchMachines(yandex: YandexServer, { world }: RehearsalProvider): void {
  const kept = new Map<string, KeptMachine>();
  const machineOf = (id: string): KeptMachine | undefined => {
    const object = world.find("yandex_compute_instance", id);
    if (!object) return undefined;
    const known = kept.get(id);
    if (known) return known;
    let status = MachineState.RUNNING;
    const machine: KeptMachine = {
      id,
      labels: object.attributes["labels"] as Record<string, string>,
      name: String(object.attributes["name"]),
      get status() {
        return status;
      },
      set status(next) {
        status = next;
        if (world.find("yandex_compute_instance", id)) world.alter("yandex_compute_instance", id, { status: MachineState[next].toLowerCase() });
      },
    };
    kept.set(id, machine);
    return machine;
  };
  const { machines } = yandex;
  machines.get = machineOf;
  machines.delete = (id) => {
    const isThere = machineOf(id) !== undefined;
    if (isThere) world.vanish("yandex_compute_instance", id);
    return kept.delete(id) || isThere;
  };
  machines.has = (id) => machineOf(id) !== undefined;
  machines.values = () => new Map(world.objects("yandex_compute_instance").map(({ id }) => [id, machineOf(id) as KeptMachine])).values();
}
