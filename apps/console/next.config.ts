import { join } from "node:path";
import type { NextConfig } from "next";

const workspaceRoot = join(import.meta.dirname, "../..");

const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `tsc -p apps/console` checks the types; once is enough.
  typescript: { ignoreBuildErrors: true },
  outputFileTracingRoot: workspaceRoot,
  turbopack: { root: workspaceRoot },
  transpilePackages: [
    "@letsdata/access",
    "@letsdata/api",
    "@letsdata/aws",
    "@letsdata/compute",
    "@letsdata/connectors",
    "@letsdata/database",
    "@letsdata/dataset",
    "@letsdata/pipeline",
    "@letsdata/plugin-kit",
  ],
  serverExternalPackages: [
    "@platformatic/kafka",
    "@prisma/client",
    "@prisma/adapter-pg",
    "pg",
    "pg-boss",
    "better-auth",
  ],
  devIndicators: false,
  headers: () => Promise.resolve([{ source: "/(.*)", headers: securityHeaders }]),
};

export default config;
