import { copyable, h } from "../auditPage/dom.js";
import type { Broadcast } from "../studio/answers.js";
import { ffmpegCommand, hiddenKey, obsSettings, type Source } from "../studio/publisherCommands.js";
import type { StudioApi } from "../studio/studioApi.js";
import { ask } from "./dialogs.js";
import type { IngestKeys } from "./ingestKeys.js";
import { button, card, copyBlock, refresh } from "./parts.js";

/** Where a publisher pushes, and with what. The key is hidden until it is asked for: screens are shared. */
export class IngestPanel {
  readonly #body = h("div", { class: "stack" });
  readonly element = card("Send picture and sound", "ingest", this.#body);
  #source: Source = "test";
  #seen = false;
  /** Counts the keys made, so that a new one is drawn. */
  #made = 0;

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly id: string,
    private readonly keys: IngestKeys,
  ) {}

  show(broadcast: Broadcast): void {
    const url = broadcast.ingest?.url;
    this.element.hidden = broadcast.state === "ended" || broadcast.takenDownAt !== null || !url;
    if (!url) return;
    const key = this.keys.of(this.id);
    refresh(this.#body, [url, key !== undefined, this.#seen, this.#source, this.#made], () => this.#draw(broadcast, url, key));
  }

  #draw(broadcast: Broadcast, url: string, key: string | undefined): Node[] {
    const again = (): void => this.show(broadcast);
    const fresh = button("Make a new key", () => void this.#rotate(broadcast), { "data-key": "rotate", id: "new-key" });
    const address = h("div", { class: "fact" }, h("span", { class: "fact-name" }, "Ingest address"), copyable(url, "the ingest address"));
    if (key === undefined) {
      return [address, h("p", {}, "The ingest key was shown once, when it was made, and is kept nowhere. If you do not have it any more, make a new one; the old one then ends."), h("div", { class: "actions" }, fresh)];
    }
    const visible = this.#seen ? key : hiddenKey;
    const secret = copyBlock("the ingest key", () => key, () => visible);
    const ffmpeg = copyBlock("the ffmpeg command", () => ffmpegCommand(this.#source, url, key), () => ffmpegCommand(this.#source, url, visible));
    const source = h("select", { id: "source", "data-key": "source", onchange: () => {
      this.#source = source.value as Source;
      again();
    } }, h("option", { value: "test", selected: this.#source === "test" }, "A test picture"), h("option", { value: "file", selected: this.#source === "file" }, "A file, input.mp4, over and over"));
    return [
      address,
      h("div", { class: "fact" }, h("span", { class: "fact-name" }, "Ingest key: copy it now, it is not shown again after this tab is closed or reloaded"), secret),
      h("div", { class: "actions" }, button(this.#seen ? "Hide the key" : "Show the key", () => {
        this.#seen = !this.#seen;
        again();
      }, { "data-key": "see", id: "see-key", "aria-pressed": String(this.#seen) }), fresh),
      h("details", { open: true, id: "ffmpeg" }, h("summary", {}, "ffmpeg"), h("label", { for: "source" }, "Source", source), ffmpeg),
      h("details", { id: "obs" }, h("summary", {}, "OBS"),
        h("p", { class: "hint" }, "Settings › Output › Output mode “Advanced” › Recording › Type “Custom output (FFmpeg)”, output to URL. Then press “Start recording”, not “Start streaming”."),
        ...obsSettings(url, key).map(([name], i) => h("div", { class: "fact" }, h("span", { class: "fact-name" }, name),
          copyBlock(`OBS ${name}`, () => obsSettings(url, key)[i]?.[1] ?? "", () => obsSettings(url, visible)[i]?.[1] ?? "")))),
    ];
  }

  async #rotate(broadcast: Broadcast): Promise<void> {
    await ask({
      title: "Make a new ingest key?",
      text: "A publisher that uses the old one is turned away from then on.",
      action: "Make a new key",
      act: async () => {
        const { key } = await this.api.post<{ key: string }>(`${this.path}/ingest-key`);
        this.keys.keep(this.id, key);
        this.#made++;
        this.show(broadcast);
      },
    });
  }
}
