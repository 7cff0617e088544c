import type { RoleValues } from "../../../src/vocabulary/types";
import { IamRole } from "../../bindings/aws/iam-role";
import { IamRolePolicy } from "../../bindings/aws/iam-role-policy";
import { IamRolePolicyAttachment } from "../../bindings/aws/iam-role-policy-attachment";
import type { Construct, ITerraformDependable, TerraformResource } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { expression, listExpression, plainText, template, type Template, templateJson } from "../../template";
import { NAME_RULES } from "./name-rules";
import { policyDocument, type Statement, trustPolicy } from "./policies";

/** A role, and what others need of it. */
export interface Role {
  readonly arn: Template;
  /** Expression. */
  readonly name: string;
  /** What has to be there before the role is of use. */
  readonly permissions: readonly ITerraformDependable[];
}

export interface RoleProps {
  readonly unit: NamedUnit;
  /** Id of the child, and the last part of the role's name. */
  readonly part: string;
  /** Who takes it: `ec2.amazonaws.com`. */
  readonly service: string;
  /** The account that the service acts for, where it says so when it takes a role. */
  readonly account?: Template;
  readonly statements: readonly Statement[];
  /** What the Egg itself gives to its jobs. */
  readonly jobs?: RoleValues;
  readonly tags: Readonly<Record<string, string>>;
}

/** Children: `PARTRole`, `PARTPolicy` and, where the Egg names policies, `PARTPolicies`. */
export function makeRole(scope: Construct, { unit, part, service, account, statements, jobs, tags }: RoleProps): Role {
  const role = new IamRole(scope, `${part}Role`, {
    name: resourceName(unit, part, NAME_RULES.role),
    assumeRolePolicy: templateJson(trustPolicy(service, account)),
    ...(jobs?.permissionsBoundary !== undefined && { permissionsBoundary: plainText(jobs.permissionsBoundary) }),
    tags,
    // A renamed Egg keeps its role: machines that are there have it.
    lifecycle: { ignoreChanges: ["name"] },
  });
  const name = `\${${role.terraformAddress}.name}`;
  const permissions = [
    ...(statements.length > 0 ? [new IamRolePolicy(scope, `${part}Policy`, { name: "gosling", role: name, policy: templateJson(policyDocument(statements)) })] : []),
    ...(jobs && jobs.policies.length > 0 ? [new IamRolePolicyAttachment(scope, `${part}Policies`, { forEach: `\${toset(${listExpression(jobs.policies)})}`, role: name, policyArn: "${each.value}" })] : []),
  ];
  return { arn: template`${expression(`${role.terraformAddress}.arn`)}`, name, permissions: permissions.map(({ terraformAddress }) => ({ fqn: terraformAddress })) };
}

/** `depends_on`. Given as `dependsOn`, each address would be a token of the library, which makes it look for tokens in the whole stack. */
export function waitFor(resource: TerraformResource, others: readonly ITerraformDependable[]): void {
  if (others.length > 0) resource.dependsOn = others.map(({ fqn }) => fqn);
}
