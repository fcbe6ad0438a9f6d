import { z } from "zod";
import { operation } from "./operation.ts";
import { userDto } from "./user-dto.ts";

export const users = {
  list: operation
    .meta({ access: "admin", writes: false })
    .route({ method: "GET", path: "/users", summary: "List the tenant's users", tags: ["users"] })
    .output(z.object({ loggedInUser: userDto, users: z.array(userDto) })),
};
