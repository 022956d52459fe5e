import { MapPin } from "lucide-react";
import { Card } from "@/components/ui/card";
import type { DeviceView } from "@/server/devices/schema";

interface DevicePlaceProps {
  device: Pick<DeviceView, "latitude" | "longitude" | "site" | "zone">;
  /** Of the heading. */
  level: 2 | 3;
}

/** Where a device stands. No map is fetched from elsewhere: an address says where, a link opens a map on purpose. */
export function DevicePlace({ device, level }: DevicePlaceProps) {
  if (device.latitude === null || device.longitude === null) return null;
  const at = `${device.latitude.toFixed(5)}, ${device.longitude.toFixed(5)}`;
  return (
    <Card title="Where does it stand?" level={level}>
      <p className="flex items-start gap-2 text-sm">
        <MapPin aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
        <span>
          {[device.site, device.zone].filter(Boolean).join(", ") || "No address"}
          <a
            href={`https://www.openstreetmap.org/?mlat=${device.latitude}&mlon=${device.longitude}#map=17/${device.latitude}/${device.longitude}`}
            target="_blank"
            rel="noreferrer"
            className="tabular block text-muted underline decoration-line-strong underline-offset-4"
          >
            {at}
          </a>
        </span>
      </p>
    </Card>
  );
}
