/** Two taps, for the map: how far apart, in what time, and what one would have to travel by. */
interface Tap {
  at: string;
  latitude: number;
  longitude: number;
}

const EARTH_KM = 6371.0088;

/** Great-circle distance in km, minutes between (at least one, for clocks differ), and the speed in km/h. */
export function travelBetween(from: Tap, to: Tap): { km: number; minutes: number; kmh: number } {
  const radians = Math.PI / 180;
  const dLat = (to.latitude - from.latitude) * radians;
  const dLon = (to.longitude - from.longitude) * radians;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * Math.sin(dLon / 2) ** 2;
  const km = 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
  const minutes = Math.max(1, Math.abs(Date.parse(to.at) - Date.parse(from.at)) / 60_000);
  return { km, minutes, kmh: km / (minutes / 60) };
}

export function travelVerdict(km: number, kmh: number): { words: string; suspicious: boolean } {
  if (km < 0.2) return { words: "the same place", suspicious: false };
  if (kmh <= 6) return { words: "possible on foot", suspicious: false };
  if (kmh <= 25) return { words: "possible by bicycle or bus", suspicious: false };
  if (kmh <= 160) return { words: "possible by car or train", suspicious: false };
  return { words: "nobody travels that fast here", suspicious: true };
}
