import { GitlabError } from "../../gitlab";

/** Creates something, whose answer may get lost: then it is looked for before it is created again. */
export async function createOnce<T>(create: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof GitlabError) || !error.mayBeDone) throw error;
    return (await find()) ?? create();
  }
}
