import type { Metadata } from "next";
import { ApiKeysList } from "../../../features/api-keys/api-keys-list.tsx";

export const metadata: Metadata = { title: "API keys" };

export default function ApiKeysPage() {
  return <ApiKeysList />;
}
