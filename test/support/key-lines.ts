/** What would give a private key away: each line of its text, and the beginning of the line as base64 would show it. */
export function keyLines(privateKey: string): readonly string[] {
  const lines = privateKey.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"));
  // The first line is the same for all keys: names of formats, and the public half begins.
  return lines.slice(2).flatMap((line) => [line, Buffer.from(line).toString("base64").slice(0, 40)]);
}
