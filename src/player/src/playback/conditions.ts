import type { Conditions, Strain } from "../swarm/manners.js";
import { lookEveryMs, StrainMeter } from "../swarm/strainMeter.js";

// Not every browser has these, and none of TypeScript's libraries: Network Information, Battery Status, Compute Pressure.
interface Line extends EventTarget {
  readonly type?: string;
  readonly saveData?: boolean;
}
interface Battery extends EventTarget {
  readonly level: number;
  readonly charging: boolean;
}
interface Device {
  readonly connection?: Line;
  getBattery?(): Promise<Battery>;
}
type PressureState = "nominal" | "fair" | "serious" | "critical";
type Observe = (changed: (records: readonly { readonly state: PressureState }[]) => void) => { observe(source: "cpu", options: { sampleInterval: number }): Promise<void>; disconnect(): void };

const strains: Readonly<Record<PressureState, Strain>> = { nominal: "none", fair: "some", serious: "much", critical: "much" };

/** Watches what this browser tells of its line and its machine, from now on. */
export function watchConditions(video: Pick<HTMLVideoElement, "getVideoPlaybackQuality">, saw: (conditions: Conditions) => void): void {
  const { connection, getBattery } = navigator as Navigator & Device;
  const meter = new StrainMeter();
  let battery: Battery | undefined;
  let pressure: Strain | undefined;
  const look = () =>
    saw({
      isCellular: connection?.type === undefined ? undefined : connection.type === "cellular",
      savesData: connection?.saveData,
      battery: battery && { level: battery.level, isCharging: battery.charging },
      isHidden: document.hidden,
      // A hidden page is told nothing of the pressure (Compute Pressure, "passes privacy test"), and what it heard last is of then.
      strain: document.hidden ? meter.strain : (pressure ?? meter.strain),
    });

  connection?.addEventListener("change", look);
  document.addEventListener("visibilitychange", look);
  void getBattery?.call(navigator).then(
    (given) => {
      battery = given;
      for (const name of ["levelchange", "chargingchange"]) given.addEventListener(name, look);
      look();
    },
    () => undefined,
  );
  observePressure((strain) => {
    pressure = strain;
    look();
  });
  // Each by itself: of an interval's turns one sees only whether they are evenly late.
  const lookAgain = (due: number) =>
    setTimeout(() => {
      const now = performance.now();
      const { totalVideoFrames: frames, droppedVideoFrames: dropped } = video.getVideoPlaybackQuality();
      meter.take({ lateMs: now - due, frames, dropped, isHidden: document.hidden });
      look();
      lookAgain(now + lookEveryMs);
    }, lookEveryMs);
  lookAgain(performance.now() + lookEveryMs);
  look();
}

function observePressure(changed: (strain: Strain) => void): void {
  const { PressureObserver } = window as unknown as { PressureObserver?: new (...given: Parameters<Observe>) => ReturnType<Observe> };
  if (!PressureObserver) return;
  try {
    const observer = new PressureObserver((records) => {
      const last = records.at(-1);
      if (last) changed(strains[last.state]);
    });
    // Where it may not be asked, the page goes by what it sees itself.
    observer.observe("cpu", { sampleInterval: lookEveryMs }).catch(() => undefined);
  } catch {}
}
