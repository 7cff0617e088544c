import { cronExpressions, intervalExpression } from "../../constructs/schedule-expression";

test.each([
  ["*/5 * * * *", ["0/5 * * * ? *"]],
  ["*/7 * * * *", ["0/7 * * * ? *"]],
  ["30 2 * * *", ["30 2 * * ? *"]],
  ["0 2 * * mon-fri", ["0 2 ? * MON,TUE,WED,THU,FRI *"]],
  ["0 0 1 */3 *", ["0 0 1 1/3 ? *"]],
  ["0 12 1,15 * sun", ["0 12 1,15 * ? *", "0 12 ? * SUN *"]],
  ["@hourly", ["0 * * * ? *"]],
  ["1-59/2 * * * *", ["1/2 * * * ? *"]],
  ["5,10,20 * * * *", ["5,10,20 * * * ? *"]],
])("%s is %p", (text, expected) => {
  expect(cronExpressions(text)).toEqual(expected);
});

test.each([
  [60, "* * * * ? *"],
  [300, "0/5 * * * ? *"],
  [7 * 60, "0/6 * * * ? *"],
  [59 * 60, "0/30 * * * ? *"],
  [3600, "0 * * * ? *"],
  [5 * 3600, "0 0/4 * * ? *"],
  [3 * 24 * 3600, "0 0 * * ? *"],
])("an interval of %d s is looked at no more rarely: %s", (seconds, expected) => {
  expect(intervalExpression(seconds)).toBe(expected);
});
