"use client";
import { createContext, type ReactNode, useContext } from "react";

/** Who is signed in, as the server found out before it sent the page. */
export interface Person {
  readonly userId: string;
  readonly fullName: string;
  readonly emailAddress: string;
  readonly userRole: "TenantAdmin" | "TenantUser";
  readonly tenantName: string;
}

const PersonContext = createContext<Person | null>(null);

export function PersonProvider({ person, children }: { readonly person: Person; readonly children: ReactNode }) {
  return <PersonContext value={person}>{children}</PersonContext>;
}

export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (!person) throw new Error("PersonProvider is missing above this component.");
  return person;
}
