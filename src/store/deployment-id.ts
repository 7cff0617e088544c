/** Form of ids: time in UTC to the millisecond, then something random. */
const ID = /^\d{8}T\d{9}Z-[0-9a-f]{8,32}$/;

/** Id of a deployment that begins now. `random`: 8 to 32 hexadecimal digits. */
export function deploymentId(now: Date, random: string): string {
  return checkDeploymentId(`${now.toISOString().replace(/[-:.]/g, "")}-${random}`);
}

export function checkDeploymentId(id: string): string {
  if (!ID.test(id)) throw new Error(`"${id}" is no id of a deployment`);
  return id;
}

/** When a deployment of this id was begun. */
export function timeOfId(id: string): number {
  const [, date, hours, minutes, seconds, milliseconds] = /^(\d{8})T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(checkDeploymentId(id)) as unknown as string[];
  const day = (date as string).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
  return Date.parse(`${day}T${hours}:${minutes}:${seconds}.${milliseconds}Z`);
}

const CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * Turns an id, or its beginning, into a text that sorts the other way round: services list names only
 * in ascending order, and what is asked for is the newest. Applied twice, it gives the id again.
 */
export function turned(id: string): string {
  return id.replace(/[0-9a-z]/g, (character) => CHARACTERS[CHARACTERS.length - 1 - CHARACTERS.indexOf(character)] as string);
}
