import { z } from "zod";

export const userRoleDto = z.enum(["TenantAdmin", "TenantUser"]);

export const userDto = z.object({
  userId: z.string(),
  fullName: z.string(),
  emailAddress: z.string(),
  phone: z.string().nullable(),
  userRole: userRoleDto,
  userStatus: z.enum(["INVITED", "ACTIVE", "DISABLED"]),
  iamUserARN: z.string(),
});

export type UserDto = z.infer<typeof userDto>;
export type UserRole = z.infer<typeof userRoleDto>;
