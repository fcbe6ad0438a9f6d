import type { UserDto } from "../../contract/user-dto.ts";

interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly userRole: string;
  readonly userStatus: string;
  readonly iamUserArn: string | null;
}

export function presentUser(row: UserRow): UserDto {
  return {
    userId: row.id,
    fullName: row.name,
    emailAddress: row.email,
    phone: row.phone,
    userRole: row.userRole === "TenantAdmin" ? "TenantAdmin" : "TenantUser",
    userStatus: row.userStatus === "INVITED" || row.userStatus === "DISABLED" ? row.userStatus : "ACTIVE",
    iamUserARN: row.iamUserArn ?? "",
  };
}
