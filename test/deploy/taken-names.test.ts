import { takenNames } from "../../src/deploy/taken-names";
import { EngineFailure, type EngineFailureCode } from "../../src/engine";

const TAGS = { team: "tools", "gosling:nest": "acme", "gosling:egg": "web", "gosling:managed-by": "gosling", "gosling:config": "abc" };
const configuration = (type: string, settings: object): string => JSON.stringify({ resource: { [type]: { it: settings } } });
const failure = (address: string | undefined, detail: string, code: EngineFailureCode = "ENGINE_FAILED"): EngineFailure =>
  new EngineFailure(code, "it failed", { diagnostics: [{ severity: "error", summary: "creating it", detail, ...(address !== undefined && { address }) }], resources: [], stateSaved: true });

test.each([
  ["aws_iam_role", "name", "EntityAlreadyExists: Role with name gosling-acme-web already exists."],
  ["aws_iam_instance_profile", "name", "EntityAlreadyExists: Instance Profile gosling-acme-web already exists."],
  ["aws_cloudwatch_log_group", "name", "ResourceAlreadyExistsException: The specified log group already exists"],
  ["aws_lambda_function", "function_name", "ResourceConflictException: Function already exist: gosling-acme-web"],
  ["aws_dynamodb_table", "name", "ResourceInUseException: Table already exists: gosling-acme-web"],
  ["aws_security_group", "name", "InvalidGroup.Duplicate: The security group 'gosling-acme-web' already exists for VPC 'vpc-1'"],
  ["aws_pipes_pipe", "name", "ConflictException: Pipe gosling-acme-web already exists."],
])("%s is found by its name", (type, attribute, detail) => {
  expect(takenNames(failure(`${type}.it`, detail), configuration(type, { [attribute]: "gosling-acme-web", tags: TAGS }))).toEqual([
    { address: `${type}.it`, type, name: "gosling-acme-web", marks: { "gosling:nest": "acme", "gosling:egg": "web", "gosling:managed-by": "gosling" } },
  ]);
});

const role = (settings: object = {}): string => configuration("aws_iam_role", { name: "gosling-acme-web", tags: TAGS, ...settings });
const TAKEN = "EntityAlreadyExists: it already exists";

test.each([
  ["a type that its name doesn't lead to", failure("aws_secretsmanager_secret.it", "ResourceExistsException: it already exists"), configuration("aws_secretsmanager_secret", { name: "gosling-acme-web", tags: TAGS })],
  ["a name that is known later", failure("aws_iam_role.it", TAKEN), role({ name: "gosling-${local.account}" })],
  ["one without our tags", failure("aws_iam_role.it", TAKEN), role({ tags: { team: "tools" } })],
  ["one of many", failure('aws_iam_role.it["a.b"]', TAKEN), role()],
  ["one that the configuration doesn't have", failure("aws_iam_role.other", TAKEN), role()],
  ["what the engine says of no resource", failure(undefined, TAKEN), role()],
  ["another failure", failure("aws_iam_role.it", "AccessDenied"), role()],
  ["an engine that was stopped", failure("aws_iam_role.it", TAKEN, "INTERRUPTED"), role()],
  ["an error of something else", new Error(TAKEN), role()],
])("%s is left alone", (_, error, text) => {
  expect(takenNames(error, text)).toEqual([]);
});
