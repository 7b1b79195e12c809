/** Ingest keys of broadcasts that were made in this tab: the server shows each once and keeps none, and no storage has them. */
export class IngestKeys {
  readonly #keys = new Map<string, string>();

  of(broadcast: string): string | undefined {
    return this.#keys.get(broadcast);
  }

  keep(broadcast: string, key: string): void {
    this.#keys.set(broadcast, key);
  }

  forget(): void {
    this.#keys.clear();
  }
}
