import { PROTOCOL_VERSION } from "./protocol";

/**
 * The variable that tells engines of providers which are already running: address (`hashicorp/aws`) → port
 * of the loopback interface. For such a provider nothing is downloaded, started or checked for its version.
 */
export function reattachEnvironment(ports: ReadonlyMap<string, number>): Readonly<Record<string, string>> {
  const providers = [...ports].map(([address, port]) => [
    address,
    // Test: the engine does not end the process, which is ours.
    { Protocol: "grpc", ProtocolVersion: PROTOCOL_VERSION, Pid: process.pid, Test: true, Addr: { Network: "tcp", String: `127.0.0.1:${port}` } },
  ]);
  return { TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(providers)) };
}
