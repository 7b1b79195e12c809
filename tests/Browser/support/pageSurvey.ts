import type { Page } from "playwright-core";

/** What is wrong with the controls of a page as it stands, for a finger, for a screen reader, and for a narrow screen. */
export interface PageSurvey {
  /** Pixels that the page is wider than the screen. */
  overflow: number;
  unnamed: string[];
  small: string[];
  outside: string[];
  /** Ids that stand twice. */
  doubled: string[];
  /** Headings that skip a level. */
  skipped: string[];
  /** Names in a drawing that are wider than their box. */
  clipped: string[];
}

export function surveyOf(page: Page): Promise<PageSurvey> {
  return page.evaluate(() => {
    const describe = (control: Element): string => control.id || control.outerHTML.slice(0, 80);
    const shown = [...document.querySelectorAll<HTMLElement>("button, input, textarea, a[href], summary")].filter((control) => control.checkVisibility());
    const name = (control: HTMLElement): string =>
      control.getAttribute("aria-label") ?? ((control as HTMLInputElement).labels?.[0]?.textContent || control.textContent || "");
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    const levels = [...document.querySelectorAll<HTMLElement>("h1, h2, h3")].filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName.slice(1)));
    return {
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      unnamed: shown.filter((control) => name(control).trim() === "").map(describe),
      small: shown.filter((control) => control.matches("button:not(.copy), input, .button") && control.getBoundingClientRect().height < 40).map(describe),
      outside: shown.filter((control) => control.getBoundingClientRect().right > innerWidth + 1).map(describe),
      doubled: ids.filter((id, i) => ids.indexOf(id) !== i),
      clipped: [...document.querySelectorAll<SVGGElement>("svg .box")]
        .flatMap((box) => [...box.querySelectorAll<SVGTextElement>(".label, .hash")].filter((text) => text.getBBox().width > (box.querySelector("rect")?.getBBox().width ?? 0)))
        .map((text) => text.textContent ?? ""),
      skipped: levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1).map(String),
    };
  });
}

export const faultless: PageSurvey = { overflow: 0, unnamed: [], small: [], outside: [], doubled: [], skipped: [], clipped: [] };
