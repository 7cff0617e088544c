import { type CronSchedule, parseCron } from "../src/vocabulary/cron";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Names as both clouds write them. */
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * A schedule of five fields as AWS and Yandex Cloud write it: six fields without a name in front, the last
 * one the year, one of the two day fields `?`. Where both days are restricted the language means either of
 * them and the clouds can't say that in one expression: it becomes two.
 */
export function cronExpressions(text: string): readonly string[] {
  const parsed = parseCron(text);
  if (!parsed.ok) throw new TypeError(`The schedule "${text}" was not checked.`);
  const { minutes, hours, months, daysOfMonth, daysOfWeek } = parsed.value;
  const expression = (dayOfMonth: string, dayOfWeek: string): string => [field(minutes, 0, 59), field(hours, 0, 23), dayOfMonth, field(months, 1, 12), dayOfWeek, "*"].join(" ");
  const byDate = daysOfMonth.length < 31;
  const byWeekday = daysOfWeek.length < 7;
  const weekdays = daysOfWeek.map((day) => WEEKDAYS[day]).join(",");
  if (byDate && byWeekday) return [expression(field(daysOfMonth, 1, 31), "?"), expression("?", weekdays)];
  if (byWeekday) return [expression("?", weekdays)];
  return [expression(field(daysOfMonth, 1, 31), "?")];
}

/**
 * An interval as a schedule of the same form: the longest one that comes back at the same minutes of every
 * hour, or hours of every day, and is no longer than what is asked for. At least a minute.
 */
export function intervalExpression(seconds: number): string {
  if (seconds >= DAY_SECONDS) return "0 0 * * ? *";
  if (seconds >= HOUR_SECONDS) {
    const hours = largestDivisor(24, Math.floor(seconds / HOUR_SECONDS));
    return `0 ${hours === 1 ? "*" : `0/${hours}`} * * ? *`;
  }
  const minutes = largestDivisor(60, Math.max(1, Math.floor(seconds / MINUTE_SECONDS)));
  return `${minutes === 1 ? "*" : `0/${minutes}`} * * * ? *`;
}

function largestDivisor(of: number, limit: number): number {
  for (let candidate = limit; candidate > 1; candidate--) if (of % candidate === 0) return candidate;
  return 1;
}

/** Values of one field in few characters: all of them, a step, or a list. */
function field(values: CronSchedule["minutes"], low: number, high: number): string {
  const count = high - low + 1;
  if (values.length === count) return "*";
  const [first = low, second] = values;
  const step = second === undefined ? 0 : second - first;
  const isStep = step > 1 && first - low < step && values.every((value, index) => value === first + index * step) && values.length === Math.ceil((high - first + 1) / step);
  return isStep ? `${first}/${step}` : values.join(",");
}
