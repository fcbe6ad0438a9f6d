import { dependencies } from "../../../../server/dependencies.ts";

const answer = async (request: Request): Promise<Response> => await (await dependencies()).api(request);

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
