import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Person } from "../shell/person.tsx";
import { dependencies } from "./dependencies.ts";

/** Who sent this request, or null; asked once per request. */
export const currentPerson = cache(async (): Promise<Person | null> => {
  const sent = await headers();
  if (!sent.has("cookie")) return null;
  return await (await dependencies()).findPerson(new Headers(sent));
});

/** Sends strangers to sign in, and back here afterwards. */
export async function requirePerson(): Promise<Person> {
  const person = await currentPerson();
  if (person) return person;
  const path = (await headers()).get("x-page-path");
  redirect(path && path !== "/datasets" ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in");
}
