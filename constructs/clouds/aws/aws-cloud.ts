import { AwsProvider } from "../../bindings/aws/provider";
import type { Cloud } from "../cloud";
import { makeFargate } from "./fargate";
import { makeLambda } from "./lambda";
import { makeMachines } from "./machines";
import { regionOf } from "./unit";

/** Releases of the provider that have all that the stacks ask for. */
const PROVIDER_VERSION = "~> 6.0";

/** Amazon Web Services: machines of EC2; containers of Fargate or functions of Lambda, one for each message of a queue. */
export const awsCloud: Cloud = {
  name: "aws",
  makeMachines,
  makeServerless: (scope, unit, limits) => (unit.serverlessEngine === "lambda" ? makeLambda(scope, unit, limits) : makeFargate(scope, unit)),
  provider: {
    name: "aws",
    make: (scope, unit) => void new AwsProvider(scope, "aws", { region: regionOf(unit), version: PROVIDER_VERSION }),
    line: (unit) => `new AwsProvider(this, "aws", { region: "${regionOf(unit)}" });`,
  },
};
