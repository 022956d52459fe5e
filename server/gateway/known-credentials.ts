/**
 * Keys that this process has seen lately. A credential's key never changes, so it may be kept; whether the credential
 * still counts is asked of the database at every admission.
 */
import { findCredentialForVerification } from "@/server/devices/service";
import type { VerificationCredential } from "@/server/devices/types";
import { fromPublicId } from "@/server/platform/ids";
import type { SystemScope } from "@/server/platform/scope";

const KEPT = 20_000;
/** Names that do not exist are asked for again after this long: a credential may have been added. */
const UNKNOWN_KEPT_MS = 2_000;

export class KnownCredentials {
  private readonly known = new Map<string, VerificationCredential>();
  private readonly unknown = new Map<string, number>();
  private readonly asked = new Map<string, Promise<VerificationCredential | null>>();

  constructor(private readonly scope: SystemScope) {}

  find = async (keyId: string): Promise<VerificationCredential | null> => {
    const known = this.known.get(keyId);
    if (known) return known;
    const missed = this.unknown.get(keyId);
    if (missed !== undefined && performance.now() - missed < UNKNOWN_KEPT_MS) return null;
    const id = fromPublicId("credential", keyId);
    if (!id) return null;
    let asking = this.asked.get(keyId);
    if (!asking) {
      asking = findCredentialForVerification(this.scope, id).finally(() => this.asked.delete(keyId));
      this.asked.set(keyId, asking);
    }
    const found = await asking;
    if (found) remember(this.known, keyId, found);
    else remember(this.unknown, keyId, performance.now());
    return found;
  };
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.size >= KEPT) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
  map.set(key, value);
}
