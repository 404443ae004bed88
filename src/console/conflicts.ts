/** A second document with an identity that is taken. Never its content. */
export interface SeenConflict {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly sequenceNumber: number
  readonly atMs: number
  /** Who found it: this gateway refused it, or it is in `.conflicts`. */
  readonly from: 'refused' | 'stored'
  /** Where the second document is in the raw topic; null: it was refused, so it is nowhere. */
  readonly offset: string | null
}

/** So many of each source; beyond, the oldest are forgotten. */
const KEPT = 200

/** The latest conflicts, from both sources. */
export class RecentConflicts {
  readonly #kept: Record<SeenConflict['from'], SeenConflict[]> = { refused: [], stored: [] }

  note(conflict: SeenConflict): void {
    const kept = this.#kept[conflict.from]
    kept.push(conflict)
    if (kept.length > KEPT) kept.shift()
  }

  /** Those of `.conflicts` are read anew. */
  forgetStored(): void {
    this.#kept.stored = []
  }

  get size(): number {
    return this.#kept.refused.length + this.#kept.stored.length
  }

  /** The latest first, at most `limit`. */
  latest(limit: number, storeId?: string): SeenConflict[] {
    return [...this.#kept.refused, ...this.#kept.stored]
      .filter((one) => storeId === undefined || one.storeId === storeId)
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, limit)
  }
}
