import type { NextRequest } from "next/server";
import { handleTrpcRequest } from "@/server/trpc/handler";

interface Context {
  params: Promise<{ portal: string; organisation: string }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const { portal, organisation } = await context.params;
  return await handleTrpcRequest(request, portal, organisation);
}

export { handle as GET, handle as POST };
