import type { Page } from "playwright-core";

/** A viewer's line and machine, as a test wants it. */
export interface Machine {
  type?: "wifi" | "cellular";
  saveData?: boolean;
  level?: number;
  charging?: boolean;
  pressure?: "nominal" | "fair" | "serious" | "critical";
  hidden?: boolean;
}

/**
 * Has a page find the machine that a test wants behind the browser's own names for it: at first one with nothing to do. In a test a dozen viewers sit at one machine, each of whom
 * has one to themselves elsewhere, and this one is always busy.
 */
export function onMachineOfItsOwn(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const machine: Required<Machine> = { type: "wifi", saveData: false, level: 1, charging: true, pressure: "nominal", hidden: false };
    const [line, battery] = [new EventTarget(), new EventTarget()];
    const observers = new Set<(records: { state: string }[]) => void>();
    const get = (target: object, names: readonly (keyof Machine)[]) => names.forEach((name) => Object.defineProperty(target, name, { configurable: true, get: () => machine[name] }));
    get(line, ["type", "saveData"]);
    get(battery, ["level", "charging"]);
    get(document, ["hidden"]);
    Object.defineProperty(navigator, "connection", { value: line });
    Object.defineProperty(navigator, "getBattery", { value: () => Promise.resolve(battery) });
    const tell = () => observers.forEach((observer) => observer([{ state: machine.pressure }]));
    Object.assign(window, {
      PressureObserver: class {
        constructor(readonly changed: (records: { state: string }[]) => void) {}
        observe(): Promise<void> {
          observers.add(this.changed);
          queueMicrotask(tell);
          return Promise.resolve();
        }
        disconnect(): void {
          observers.delete(this.changed);
        }
      },
      becomes: (changes: Machine) => {
        Object.assign(machine, changes);
        line.dispatchEvent(new Event("change"));
        battery.dispatchEvent(new Event("levelchange"));
        document.dispatchEvent(new Event("visibilitychange"));
        tell();
      },
    });
  });
}

/** The machine changes. */
export function becomes(page: Page, changes: Machine): Promise<void> {
  return page.evaluate((given) => (window as unknown as { becomes(changes: Machine): void }).becomes(given), changes);
}
