/** Public, and says nothing of anybody: the state and age of each part. 503 when the product cannot serve. */
import { readHealth } from "@/server/platform/health";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const health = await readHealth();
  return Response.json(health, {
    status: health.status === "down" ? 503 : 200,
    headers: { "cache-control": "no-store" },
  });
}
