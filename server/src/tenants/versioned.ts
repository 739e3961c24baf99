/**
 * What was read from the database about organizations, kept in memory for as long as its version is the one that a
 * transaction sees. Of more organizations than the limit, those used longest ago are forgotten.
 */
export class VersionedCache<Content extends { readonly version: number }> {
  readonly #contents = new Map<string, Content>();
  readonly #limit: number;

  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  /**
   * Answers the content for each organization asked for.
   * @param versions organization → version, as read earlier in the same transaction: what is read after that is never
   *   older than what its version says
   * @param read makes the contents that are not in memory in that version
   */
  async load(
    versions: ReadonlyMap<string, number>,
    read: (stale: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, Content>>,
  ): Promise<ReadonlyMap<string, Content>> {
    const answer = new Map<string, Content>();
    const stale = new Map<string, number>();
    for (const [orgId, version] of versions) {
      const known = this.#contents.get(orgId);
      if (known?.version === version) answer.set(orgId, known);
      else stale.set(orgId, version);
    }
    if (stale.size > 0) for (const [orgId, content] of await read(stale)) answer.set(orgId, content);
    // What is answered is held here, not looked up again: another load may have pushed it out of memory meanwhile.
    for (const [orgId, content] of answer) this.#keep(orgId, content);
    return answer;
  }

  #keep(orgId: string, content: Content): void {
    this.#contents.delete(orgId);
    this.#contents.set(orgId, content);
    if (this.#contents.size <= this.#limit) return;
    const [oldest] = this.#contents.keys();
    if (oldest !== undefined) this.#contents.delete(oldest);
  }
}
