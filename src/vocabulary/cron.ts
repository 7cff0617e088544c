import { type Parsed, malformed, parsed } from "./parsed";

/**
 * When a schedule fires: at each minute of each hour of each month that are listed, on the days that match. A day
 * matches by its day of the month or by its day of the week where both are restricted, by the restricted one where
 * one is, and always where none is (a full list restricts nothing).
 */
export interface CronSchedule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  /** 1 is January. */
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTE: Field = { name: "minute", min: 0, max: 59 };
const HOUR: Field = { name: "hour", min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: "day of the month", min: 1, max: 31 };
const MONTH: Field = { name: "month", min: 1, max: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const DAY_OF_WEEK: Field = { name: "day of the week", min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/** Most days that a month can have. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MONTH_NAMES = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const MACROS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** Reads five fields (minute, hour, day of the month, month, day of the week) with names, ranges, steps and lists, or `@daily` and the like. */
export function parseCron(text: string): Parsed<CronSchedule> {
  let source = text.trim();
  if (source.startsWith("@")) {
    const macro = MACROS[source.toLowerCase()];
    if (macro === undefined) return malformed(`of the words with @, ${Object.keys(MACROS).join(", ")} are known`);
    source = macro;
  }
  const fields = source.split(/\s+/);
  if (source === "" || fields.length !== 5) {
    return malformed(`five fields are expected (minute, hour, day of the month, month, day of the week), ${source === "" ? "none is" : fields.length === 1 ? "one is" : `${fields.length} are`} there`);
  }
  const sets: (readonly number[])[] = [];
  for (const [index, field] of [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK].entries()) {
    const set = parseField(fields[index] as string, field);
    if (!set.ok) return set;
    sets.push(set.value);
  }
  const [minutes = [], hours = [], daysOfMonth = [], months = [], daysOfWeek = []] = sets;
  return settleDays({ minutes, hours, daysOfMonth, months, daysOfWeek }, fields[2] as string, fields[4] as string);
}

/** Makes the day fields say what they mean, and refuses a date that never comes. */
function settleDays(schedule: CronSchedule, dayOfMonth: string, dayOfWeek: string): Parsed<CronSchedule> {
  const anyDate = isFull(schedule.daysOfMonth, DAY_OF_MONTH);
  const anyWeekday = isFull(schedule.daysOfWeek, DAY_OF_WEEK);
  // Written out in full beside a restriction ("1-31" and "mon"), a field matches every day: either of the two is enough.
  if ((anyDate && !dayOfMonth.startsWith("*")) || (anyWeekday && !dayOfWeek.startsWith("*"))) {
    return parsed({ ...schedule, daysOfMonth: all(DAY_OF_MONTH), daysOfWeek: all(DAY_OF_WEEK) });
  }
  if (anyWeekday) {
    const first = schedule.daysOfMonth[0] as number;
    if (!schedule.months.some((month) => first <= (DAYS[month - 1] as number))) {
      const longest = [...schedule.months].sort((a, b) => (DAYS[b - 1] as number) - (DAYS[a - 1] as number))[0] as number;
      return malformed(`it never comes: ${MONTH_NAMES[longest - 1]} has no day ${first}`);
    }
  }
  return parsed(schedule);
}

function parseField(text: string, field: Field): Parsed<readonly number[]> {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const problem = addItem(item, field, values);
    if (problem) return malformed(problem);
  }
  return parsed([...values].sort((a, b) => a - b));
}

function addItem(item: string, field: Field, values: Set<number>): string | undefined {
  const match = /^(?:(\*)|([A-Za-z]+|\d{1,4})(?:-([A-Za-z]+|\d{1,4}))?)(?:\/(\d{1,4}))?$/.exec(item);
  if (!match) return item === "" ? `its ${field.name} is empty or has a comma too many` : `its ${field.name} ${JSON.stringify(item)} is not understood`;
  const [, star, first, last, every] = match;
  const step = every === undefined ? 1 : Number(every);
  if (step < 1 || step > field.max) return `the step of its ${field.name} must be 1 to ${field.max}`;
  const low = star ? field.min : numberOf(first as string, field);
  let high = star ? field.max : last === undefined ? (every === undefined ? low : field.max) : numberOf(last, field);
  if (low === undefined || high === undefined) return `its ${field.name} ${JSON.stringify(item)} is not understood: ${range(field)} are expected`;
  // Sunday closes a week as well as it opens one.
  if (field === DAY_OF_WEEK && last !== undefined && high === 0 && low > 0) high = 7;
  const max = field === DAY_OF_WEEK ? 7 : field.max;
  if (low < field.min || low > max || high < field.min || high > max) return `its ${field.name} must be ${range(field)}`;
  if (low > high) return `the range of its ${field.name} runs backwards`;
  for (let value = low; value <= high; value += step) values.add(field === DAY_OF_WEEK ? value % 7 : value);
  return undefined;
}

function range(field: Field): string {
  const names = field.names ? ` or ${field.names[0]}–${field.names[field.names.length - 1]}` : "";
  return `${field.min}–${field.max}${names}`;
}

function numberOf(text: string, field: Field): number | undefined {
  if (/^\d/.test(text)) return Number(text);
  const index = field.names?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? undefined : index + field.min;
}

function all(field: Field): readonly number[] {
  return Array.from({ length: field.max - field.min + 1 }, (_, index) => field.min + index);
}

function isFull(values: readonly number[], field: Field): boolean {
  return values.length === field.max - field.min + 1;
}

/** The canonical text of a schedule: two texts that fire at the same times give the same. */
export function formatCron(schedule: CronSchedule): string {
  return [
    formatField(schedule.minutes, MINUTE),
    formatField(schedule.hours, HOUR),
    formatField(schedule.daysOfMonth, DAY_OF_MONTH),
    formatField(schedule.months, MONTH),
    formatField(schedule.daysOfWeek, DAY_OF_WEEK),
  ].join(" ");
}

function formatField(values: readonly number[], field: Field): string {
  if (isFull(values, field)) return "*";
  const step = (values[1] ?? 0) - (values[0] ?? 0);
  const regular = values.length > 2 && values[0] === field.min && values.every((value, index) => value === field.min + index * step) && (values[values.length - 1] as number) + step > field.max;
  if (regular && step > 1) return `*/${step}`;
  const parts: string[] = [];
  for (let index = 0; index < values.length; ) {
    let end = index;
    while (end + 1 < values.length && values[end + 1] === (values[end] as number) + 1) end++;
    if (end - index >= 2) parts.push(`${values[index]}-${values[end]}`);
    else for (let i = index; i <= end; i++) parts.push(String(values[i]));
    index = end + 1;
  }
  return parts.join(",");
}
