import { dependencies } from "../../../../server/dependencies.ts";

const answer = async (request: Request): Promise<Response> => await (await dependencies()).auth(request);

export { answer as GET, answer as POST };
