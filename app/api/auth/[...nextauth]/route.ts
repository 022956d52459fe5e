import { handleAuthRequest } from "@/server/identity/next-auth";
import { whileAsked } from "@/server/platform/asking";
import { askingOf } from "@/server/trpc/context";

async function handle(request: Request, context: Parameters<typeof handleAuthRequest>[1]): Promise<Response> {
  return await whileAsked(askingOf(request.headers), () => handleAuthRequest(request, context));
}

export { handle as GET, handle as POST };
