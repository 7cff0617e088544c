import { get } from "node:http";

const TIMEOUT_MS = 2000;
/** An agent's metrics are some 50 KB; more than this is not one's answer. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Asks the agent how many jobs it runs now.
 * @returns undefined where it doesn't answer, or not as an agent does.
 */
export async function jobsOfAgent(port: number): Promise<number | undefined> {
  const text = await new Promise<string | undefined>((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/metrics", timeout: TIMEOUT_MS, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > LIMIT_BYTES) request.destroy();
        else chunks.push(chunk);
      });
      response.on("end", () => resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString("utf8") : undefined));
      response.on("close", () => resolve(undefined));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
  return text === undefined ? undefined : jobsInMetrics(text);
}

/**
 * Sum of the gauge `gitlab_runner_jobs` over its labels, in Prometheus's text format. The agent leaves the
 * gauge out while no job runs, so without it the answer is 0, if the agent's other metrics are there.
 */
export function jobsInMetrics(text: string): number | undefined {
  if (!/^gitlab_runner_/m.test(text)) return undefined;
  let jobs = 0;
  for (const match of text.matchAll(/^gitlab_runner_jobs(?:\{.*\})?[ \t]+(\S+)/gm)) {
    const value = Number(match[1]);
    if (!Number.isFinite(value)) return undefined;
    jobs += value;
  }
  return jobs;
}
