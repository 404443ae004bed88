import { newJournal, take } from '../../src/dedup/journal.ts'
import { packJournal } from '../../src/dedup/journal-value.ts'

/** A packed journal that has taken these numbers, each at its time, from offset 100 on. */
export function packed(taken: readonly (readonly [sequenceNumber: number, receivedAtMs: number])[]): string {
  const journal = newJournal()
  for (const [index, [sequenceNumber, receivedAtMs]] of taken.entries())
    take(
      journal,
      { sequenceNumber, contentHash: '12345678', rawOffset: 100 + index, receivedAtMs },
      receivedAtMs,
      false,
    )
  return packJournal(journal)
}

/** Journals by name, as the view of `.journals` shows them. */
export function journalsOf(byName: Readonly<Record<string, string>>) {
  const stores = new Map<string, Set<string>>()
  for (const name of Object.keys(byName)) {
    const storeId = name.split('/')[0] as string
    stores.set(storeId, (stores.get(storeId) ?? new Set()).add(name))
  }
  return { stores, packed: (name: string) => byName[name], isRight: () => true }
}
