"use client";
import { createAuthClient } from "better-auth/react";

export const authClient = createAuthClient({ basePath: "/api/auth" });

export async function signOut(): Promise<void> {
  await authClient.signOut();
  window.location.assign("/sign-in");
}
