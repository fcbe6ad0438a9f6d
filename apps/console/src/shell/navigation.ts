import { BarChart3, Database, KeyRound, type LucideIcon, Users } from "lucide-react";

export interface Place {
  readonly href: string;
  readonly text: string;
  readonly icon: LucideIcon;
  readonly adminOnly?: boolean;
}

/** Pages that exist; nothing is promised here. */
export const places: readonly Place[] = [
  { href: "/datasets", text: "Datasets", icon: Database },
  { href: "/usage", text: "Usage", icon: BarChart3 },
  { href: "/users", text: "Users", icon: Users, adminOnly: true },
  { href: "/api-keys", text: "API keys", icon: KeyRound },
];
