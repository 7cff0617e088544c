import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Deployment, DeploymentEnd, DeploymentRecord } from "./deployment";
import { tampered, type Sealing } from "./sealing";

/**
 * A part of an entry as it is kept. `facts`: what is needed to list it, readable for whoever may read the
 * place. `sealed`: the rest. The facts are bound to what is sealed, so that neither can be changed alone.
 */
export interface KeptPart<F> {
  readonly facts: F;
  readonly sealed: Buffer;
}

export type BeginFacts = Omit<Deployment, "record">;
export type EndFacts = Pick<DeploymentEnd, "result" | "at" | "summary"> & {
  readonly id: string;
  readonly unit: string;
  /** The begin gave way to another of the same moment: it never counted. */
  readonly withdrawn?: true;
};
type EndSecrets = Pick<DeploymentEnd, "reason" | "notes" | "runners">;

export async function keepBegin({ record, ...facts }: Deployment, sealing: Sealing): Promise<KeptPart<BeginFacts>> {
  return { facts, sealed: await sealing.seal(json(record), aboutBegin(facts)) };
}

export async function readBegin({ facts, sealed }: KeptPart<BeginFacts>, sealing: Sealing): Promise<Deployment> {
  return { ...facts, record: JSON.parse((await sealing.open(sealed, aboutBegin(facts))).toString()) as DeploymentRecord };
}

export async function keepEnd(unit: string, id: string, { reason, notes, runners, ...end }: DeploymentEnd, sealing: Sealing, withdrawn = false): Promise<KeptPart<EndFacts>> {
  const facts: EndFacts = { id, unit, ...end, ...(withdrawn && { withdrawn }) };
  const secrets: EndSecrets = { ...(reason !== undefined && { reason }), ...(notes && { notes }), ...(runners && { runners }) };
  return { facts, sealed: await sealing.seal(json(secrets), aboutEnd(facts)) };
}

export async function readEnd({ facts, sealed }: KeptPart<EndFacts>, sealing: Sealing): Promise<DeploymentEnd> {
  const { id: _id, unit: _unit, withdrawn: _withdrawn, ...end } = facts;
  return { ...end, ...(JSON.parse((await sealing.open(sealed, aboutEnd(facts))).toString()) as EndSecrets) };
}

export function aboutBegin(facts: BeginFacts): string {
  return `the record of deployment ${facts.id} of ${facts.unit}\n${JSON.stringify(facts)}`;
}

export function aboutEnd(facts: EndFacts): string {
  return `the end of deployment ${facts.id} of ${facts.unit}\n${JSON.stringify(facts)}`;
}

/** Configurations of a fleet are large and repetitive; sealed bytes can't be compressed any more. */
export async function keepConfiguration(hash: string, text: string, sealing: Sealing): Promise<Buffer> {
  return sealing.seal(deflateRawSync(text), aboutConfiguration(hash));
}

export async function readConfiguration(hash: string, kept: Uint8Array, sealing: Sealing): Promise<string> {
  const plain = await sealing.open(kept, aboutConfiguration(hash));
  try {
    return inflateRawSync(plain).toString();
  } catch {
    throw tampered(aboutConfiguration(hash));
  }
}

export function aboutConfiguration(hash: string): string {
  return `the configuration ${hash}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
