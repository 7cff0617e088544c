import { IamServiceAccount } from "../../bindings/yandex/iam-service-account";
import { DataYandexLockboxSecret } from "../../bindings/yandex/data-yandex-lockbox-secret";
import { KmsSymmetricKeyIamMember } from "../../bindings/yandex/kms-symmetric-key-iam-member";
import { LockboxSecretIamMember } from "../../bindings/yandex/lockbox-secret-iam-member";
import { ResourcemanagerFolderIamMember } from "../../bindings/yandex/resourcemanager-folder-iam-member";
import type { Construct, ITerraformDependable } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { listExpression } from "../../template";
import { NAME_RULES } from "./name-rules";

/** A service account, and what others need of it. */
export interface ServiceAccount {
  /** For an attribute. */
  readonly id: string;
  /** `serviceAccount:ID`, for who is granted something. */
  readonly member: string;
  /** What has to be there before the account is of use. */
  readonly permissions: readonly ITerraformDependable[];
}

export interface ServiceAccountProps {
  readonly unit: NamedUnit;
  /** Begins the ids of the children, and ends the account's name. */
  readonly part: string;
  readonly description: string;
  readonly folderId: string;
  /** Roles in the folder: Yandex Cloud grants none of these on less. */
  readonly folderRoles: readonly string[];
  /** Names or ids of the Lockbox secrets that it reads. */
  readonly secrets?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** An id of Lockbox; everything else is a name. */
const SECRET_ID = "^e6q[0-9a-z]{17}$";

/**
 * Children: `PARTAccount` (`IamServiceAccount`), `PARTRoles` (in the folder); for secrets `secret` (data source),
 * `PARTSecrets` and, for those that are encrypted with a key of their own, `PARTKeys`.
 */
export function makeServiceAccount(scope: Construct, { unit, part, description, folderId, folderRoles, secrets = [], labels }: ServiceAccountProps): ServiceAccount {
  const account = new IamServiceAccount(scope, `${part}Account`, {
    folderId,
    name: resourceName(unit, part, NAME_RULES.serviceAccount),
    description,
    labels,
    // A renamed Egg keeps its account: machines that are there have it.
    lifecycle: { ignoreChanges: ["name"] },
  });
  const id = `\${${account.terraformAddress}.id}`;
  const member = `serviceAccount:${id}`;
  const permissions: ITerraformDependable[] = [];
  const roles = [...new Set(folderRoles)].sort();
  if (roles.length > 0) permissions.push(new ResourcemanagerFolderIamMember(scope, `${part}Roles`, { forEach: `\${toset(${listExpression(roles)})}`, folderId, role: "${each.value}", member }));
  const names = [...new Set(secrets)].sort();
  if (names.length > 0) permissions.push(...readSecrets(scope, part, names, folderId, member));
  return { id, member, permissions };
}

/** A secret is granted by its id, so it is looked up: one that is not there ends the plan, which names it. */
function readSecrets(scope: Construct, part: string, names: readonly string[], folderId: string, member: string): readonly ITerraformDependable[] {
  const isId = `can(regex("${SECRET_ID}", each.value))`;
  const found = new DataYandexLockboxSecret(scope, "secret", {
    forEach: `\${toset(${listExpression(names)})}`,
    folderId: `\${${isId} ? null : "${folderId}"}`,
    name: `\${${isId} ? null : each.value}`,
    secretId: `\${${isId} ? each.value : null}`,
  }).terraformAddress;
  return [
    new LockboxSecretIamMember(scope, `${part}Secrets`, { forEach: `\${${found}}`, secretId: "${each.value.id}", role: "lockbox.payloadViewer", member }),
    new KmsSymmetricKeyIamMember(scope, `${part}Keys`, { forEach: `\${toset(compact(values(${found})[*].kms_key_id))}`, symmetricKeyId: "${each.value}", role: "kms.keys.decrypter", member }),
  ];
}
