/** The registry over tRPC: operators keep it, merchants read theirs. */
import { merchantProcedure, operatorProcedure, router } from "@/server/identity/procedures";
import { toPublicId } from "@/server/platform/ids";
import * as shape from "./schema";
import {
  addCredential,
  changeDeviceState,
  countDevices,
  getDevice,
  listDevices,
  registerDevice,
  revokeCredential,
  setExternalId,
} from "./service";
import type { Device } from "./types";
import { viewDevice, viewDeviceDetail } from "./view-device";

export const merchantDevicesRouter = router({
  list: merchantProcedure("devices.read")
    .input(shape.merchantListInput)
    .output(shape.listOutput)
    .query(async ({ ctx, input: { cursor, limit, ...filter } }) =>
      viewPage(await listDevices(ctx.scope, filter, { before: cursor ?? undefined, limit })),
    ),
  counts: merchantProcedure("devices.read")
    .input(shape.merchantCountInput)
    .output(shape.countOutput)
    .query(({ ctx, input }) => countDevices(ctx.scope, input)),
  detail: merchantProcedure("devices.read")
    .input(shape.deviceIdInput)
    .output(shape.deviceDetailView)
    .query(async ({ ctx, input }) => viewDeviceDetail(await getDevice(ctx.scope, input.deviceId))),
});

export const operatorDevicesRouter = router({
  list: operatorProcedure("devices.read")
    .input(shape.operatorListInput)
    .output(shape.listOutput)
    .query(async ({ ctx, input: { cursor, limit, ...filter } }) =>
      viewPage(await listDevices(ctx.scope, filter, { before: cursor ?? undefined, limit })),
    ),
  counts: operatorProcedure("devices.read")
    .input(shape.operatorCountInput)
    .output(shape.countOutput)
    .query(({ ctx, input }) => countDevices(ctx.scope, input)),
  detail: operatorProcedure("devices.read")
    .input(shape.deviceIdInput)
    .output(shape.deviceDetailView)
    .query(async ({ ctx, input }) => viewDeviceDetail(await getDevice(ctx.scope, input.deviceId))),
  register: operatorProcedure("devices.manage")
    .input(shape.registerInput)
    .output(shape.registerOutput)
    .mutation(async ({ ctx, input }) => {
      const { deviceId, credentialId } = await registerDevice(ctx.scope, input);
      return {
        deviceId: toPublicId("device", deviceId),
        credentialId: credentialId && toPublicId("credential", credentialId),
      };
    }),
  setExternalId: operatorProcedure("devices.manage")
    .input(shape.externalIdInput)
    .output(shape.externalIdOutput)
    .mutation(({ ctx, input }) => setExternalId(ctx.scope, input)),
  changeState: operatorProcedure("devices.manage")
    .input(shape.changeStateInput)
    .output(shape.changeStateOutput)
    .mutation(({ ctx, input }) => changeDeviceState(ctx.scope, input)),
  addCredential: operatorProcedure("devices.manage")
    .input(shape.addCredentialInput)
    .output(shape.addCredentialOutput)
    .mutation(async ({ ctx, input }) => ({
      credentialId: toPublicId("credential", (await addCredential(ctx.scope, input)).credentialId),
    })),
  revokeCredential: operatorProcedure("devices.manage")
    .input(shape.revokeCredentialInput)
    .output(shape.revokeCredentialOutput)
    .mutation(async ({ ctx, input }) => {
      const { deviceId, changed } = await revokeCredential(ctx.scope, input.credentialId);
      return { deviceId: toPublicId("device", deviceId), changed };
    }),
});

function viewPage(page: Awaited<ReturnType<typeof listDevices>>) {
  return {
    items: page.devices.map((device: Device) => viewDevice(device)),
    nextCursor: page.next && toPublicId("device", page.next),
  };
}
