/**
 * Who a transaction acts for. A scope is a branded value that every repository function demands; it is minted only
 * by the functions at the end of this file, whose callers the layer check lists. Row-level security reads the same
 * facts from the transaction's settings.
 */
import type { Id } from "./ids";

declare const brand: unique symbol;

interface ScopeShape {
  /** The tenant whose rows may be seen; null for the platform as a whole. */
  readonly organisationId: Id<"organisation"> | null;
  /** Who is written into the audit log. */
  readonly actor: Actor;
}

export type Actor =
  | { kind: "user"; id: Id<"user">; sessionId?: Id<"session"> }
  | { kind: "device"; id: Id<"device"> }
  | { kind: "system"; part: string };

export interface MerchantScope extends ScopeShape {
  readonly kind: "merchant";
  readonly organisationId: Id<"organisation">;
  readonly [brand]: "merchant";
}
export interface AgencyScope extends ScopeShape {
  readonly kind: "agency";
  readonly organisationId: Id<"organisation">;
  readonly [brand]: "agency";
}
export interface OperatorScope extends ScopeShape {
  readonly kind: "operator";
  readonly organisationId: Id<"organisation">;
  readonly [brand]: "operator";
}
export interface DeviceScope extends ScopeShape {
  readonly kind: "device";
  /** The merchant that owns the device. */
  readonly organisationId: Id<"organisation">;
  readonly deviceId: Id<"device">;
  readonly [brand]: "device";
}
export interface SystemScope extends ScopeShape {
  readonly kind: "system";
  readonly organisationId: null;
  readonly [brand]: "system";
}

export type Scope = MerchantScope | AgencyScope | OperatorScope | DeviceScope | SystemScope;
/** Operator people and the platform's own processes: they see every tenant's rows. */
export type PlatformScope = OperatorScope | SystemScope;
/** The scope of somebody signed in to a portal. */
export type PortalScope = MerchantScope | AgencyScope | OperatorScope;

/** Only identity, after it has found the membership of a signed-in person, may call this. */
export function mintPortalScope<K extends PortalScope["kind"]>(
  kind: K,
  organisationId: Id<"organisation">,
  actor: Actor,
): Extract<PortalScope, { kind: K }> {
  return { kind, organisationId, actor } as Extract<PortalScope, { kind: K }>;
}

/** Only the device gateway, after it has verified a request's signature, may call this. */
export function mintDeviceScope(organisationId: Id<"organisation">, deviceId: Id<"device">): DeviceScope {
  return { kind: "device", organisationId, deviceId, actor: { kind: "device", id: deviceId } } as DeviceScope;
}

/** For the platform's own processes and for services that read across tenants on an already checked question. */
export function mintSystemScope(part: string): SystemScope {
  return { kind: "system", organisationId: null, actor: { kind: "system", part } } as SystemScope;
}
