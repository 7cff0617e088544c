import { convert, ConversionError } from "../convert";
import { BOOL, DYNAMIC, NUMBER, STRING, listOf, mapOf, setOf, typeName } from "../type";
import type { Type } from "../type";
import { describe, mark, Sensitive, unmark } from "../value";
import type { Value } from "../value";
import { ArgumentError, parameter } from "./function";
import type { FlyFunction, FunctionTable } from "./function";

function conversionTo(type: Type): FlyFunction {
  return {
    parameters: [parameter("v", DYNAMIC, { nullable: true, keepsMarks: "all" })],
    call: ([value]) => {
      try {
        return convert(value as Value, type);
      } catch (error) {
        if (!(error instanceof ConversionError)) throw error;
        const given = value as Value;
        throw new ArgumentError(0, `${describe(given)} can't be converted to ${typeName(type)}: ${error.describe()}`);
      }
    },
  };
}

export const conversion: FunctionTable = {
  tostring: conversionTo(STRING),
  tonumber: conversionTo(NUMBER),
  tobool: conversionTo(BOOL),
  tolist: conversionTo(listOf(DYNAMIC)),
  toset: conversionTo(setOf(DYNAMIC)),
  tomap: conversionTo(mapOf(DYNAMIC)),
  sensitive: {
    parameters: [parameter("value", DYNAMIC, { nullable: true, keepsMarks: "all" })],
    call: ([value]) => ((value as Value) instanceof Sensitive ? (value as Value) : mark(value as Value, [["sensitive()"]])),
  },
  nonsensitive: {
    parameters: [parameter("value", DYNAMIC, { nullable: true, keepsMarks: "all" })],
    call: ([value]) => unmark(value as Value),
  },
  issensitive: {
    parameters: [parameter("value", DYNAMIC, { nullable: true, keepsMarks: "all" })],
    call: ([value]) => (value as Value) instanceof Sensitive,
  },
};
