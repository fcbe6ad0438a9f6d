import { randomUUID } from "node:crypto";
import type { PrismaClient } from "@letsdata/database/generated/client";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CloudOperations } from "../cloud-operations.ts";
import type { Auth } from "./create-auth.ts";

export interface NewTenant {
  readonly company: string;
  readonly fullName: string;
  readonly emailAddress: string;
  readonly password: string;
  readonly phone?: string;
}

export interface TenantAndAdmin {
  readonly tenantId: string;
  readonly userId: string;
  readonly iamUserArn: string;
}

interface Parts {
  readonly auth: Auth;
  readonly prisma: PrismaClient;
  readonly cloud: Pick<CloudOperations, "createUserPrincipal">;
}

/** Sign-up: a tenant, its first TenantAdmin and that user's IAM principal. Throws Problem NAME_TAKEN for a known company or e-mail. */
export async function createTenantWithAdmin(parts: Parts, input: NewTenant): Promise<TenantAndAdmin> {
  const { prisma } = parts;
  const email = input.emailAddress.trim().toLowerCase();
  const slug = slugOf(input.company);
  await assertFree(prisma, email, slug, input.company);
  const tenantId = randomUUID();
  const userId = randomUUID();
  const password = await (await parts.auth.$context).password.hash(input.password);
  const iamUserArn = await parts.cloud.createUserPrincipal(userId);
  const user = { userRole: "TenantAdmin", userStatus: "ACTIVE", iamUserArn, phone: input.phone ?? null };
  await prisma.$transaction([
    prisma.organization.create({ data: { id: tenantId, name: input.company.trim(), slug } }),
    prisma.user.create({ data: { id: userId, name: input.fullName, email, emailVerified: true, ...user } }),
    prisma.account.create({
      data: { id: randomUUID(), userId, accountId: userId, providerId: "credential", password },
    }),
    prisma.member.create({ data: { id: randomUUID(), organizationId: tenantId, userId, role: "owner" } }),
  ]);
  return { tenantId, userId, iamUserArn };
}

/** As `createTenantWithAdmin`; a user of this e-mail is taken as already made. For seeds that run at every start. */
export async function ensureTenantWithAdmin(parts: Parts, input: NewTenant): Promise<TenantAndAdmin> {
  const email = input.emailAddress.trim().toLowerCase();
  const user = await parts.prisma.user.findUnique({ where: { email }, include: { members: true } });
  const tenantId = user?.members[0]?.organizationId;
  if (!user || tenantId === undefined) return await createTenantWithAdmin(parts, input);
  const iamUserArn = await parts.cloud.createUserPrincipal(user.id);
  if (iamUserArn !== user.iamUserArn) await parts.prisma.user.update({ where: { id: user.id }, data: { iamUserArn } });
  return { tenantId, userId: user.id, iamUserArn };
}

async function assertFree(prisma: PrismaClient, email: string, slug: string, company: string): Promise<void> {
  if ((await prisma.user.findUnique({ where: { email } })) !== null) {
    throw new Problem("NAME_TAKEN", `A user with the e-mail address ${email} exists.`, { path: "emailAddress" });
  }
  if ((await prisma.organization.findUnique({ where: { slug } })) !== null) {
    throw new Problem("NAME_TAKEN", `A tenant called ${company} exists.`, { path: "company" });
  }
}

function slugOf(company: string): string {
  const slug = company
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (slug === "")
    throw new Problem("REQUEST_INVALID", "The company's name needs a letter or digit.", { path: "company" });
  return slug;
}
