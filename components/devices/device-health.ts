/** A device that is active and has not been heard of for this long counts as silent. */
export const SILENT_AFTER_MS = 24 * 3_600_000;

/** Whether somebody should look: it should be speaking and is not. */
export function isSilent(
  device: { state: string; lastSeenAt: string | null; createdAt: string },
  now: number,
): boolean {
  return (
    device.state === "active" && now - Date.parse(device.lastSeenAt ?? device.createdAt) > SILENT_AFTER_MS
  );
}
