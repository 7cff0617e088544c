import { PROTOCOL_VERSION } from "./protocol";

/** A configuration may name the registry, too, and each engine takes another one for the default. */
const REGISTRIES = ["", "registry.opentofu.org/", "registry.terraform.io/"] as const;

/**
 * The variable that tells engines of providers which are already running: address (`hashicorp/aws`) → port
 * of the loopback interface. For such a provider nothing is downloaded, started or checked for its version.
 */
export function reattachEnvironment(ports: ReadonlyMap<string, number>): Readonly<Record<string, string>> {
  const providers = [...ports].flatMap(([address, port]) => {
    // Test: the engine does not end the process, which is ours.
    const reattach = { Protocol: "grpc", ProtocolVersion: PROTOCOL_VERSION, Pid: process.pid, Test: true, Addr: { Network: "tcp", String: `127.0.0.1:${port}` } };
    return REGISTRIES.map((registry) => [`${registry}${address}`, reattach]);
  });
  return { TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(providers)) };
}
