import type { Accumulator } from '../../src/accumulator/accumulator.ts'
import { Chain } from '../../src/accumulator/chain.ts'
import { isFinal, type Outcome } from '../../src/accumulator/outcome.ts'
import type { Reservation } from '../../src/admission/buffer-memory.ts'
import { type Parcel, parcelItems } from '../../src/uploads/parcel.ts'

/**
 * The answer to a packet. `ok`: all its ticks are in the log. `bad`: some are not and never will be; sending it again
 * is useless. `retry`: some may not be; send it again.
 */
export type Verdict = { readonly kind: 'ok' } | { readonly kind: 'bad' | 'retry'; readonly reason: string }

/** Publishes the ticks of one packet, after those of earlier packets. */
export type PublishTicks = (parcel: Parcel, reservation: Reservation) => Promise<Verdict>

/**
 * Returns the function for the packets of one feed's connection. The ticks of a symbol form a chain through all packets
 * in flight: if one may be missing, none behind it is sent. Do not call the function after the first `retry`.
 */
export function createPublishTicks(
  accumulator: Pick<Accumulator, 'append'>,
  partitionOf: (symbol: string) => number,
): PublishTicks {
  /** Only for symbols in flight: the number of others has no bound. */
  const chains = new Map<string, { readonly chain: Chain; packets: number }>()

  return async (parcel, reservation) => {
    const symbols = new Set<string>()
    const outcomes: Promise<Outcome>[] = []
    for (const { kind: symbolLength, value, note: identity } of parcelItems(parcel)) {
      const symbol = identity.slice(0, symbolLength)
      const { chain } = symbols.has(symbol) ? chains.get(symbol)! : enter(symbol)
      symbols.add(symbol)
      const record = {
        identity,
        partition: partitionOf(symbol),
        key: value.subarray(0, symbolLength),
        value,
        headers: {},
      }
      outcomes.push(accumulator.append(record, reservation, chain))
    }
    const verdict = verdictOf(await Promise.all(outcomes))
    if (verdict.kind !== 'retry') for (const symbol of symbols) leave(symbol) // a broken chain stays
    return verdict
  }

  function enter(symbol: string) {
    const entry = chains.get(symbol) ?? { chain: new Chain(), packets: 0 }
    entry.packets++
    chains.set(symbol, entry)
    return entry
  }

  function leave(symbol: string): void {
    const entry = chains.get(symbol)!
    if (--entry.packets === 0) chains.delete(symbol)
  }
}

function verdictOf(outcomes: readonly Outcome[]): Verdict {
  let verdict: Verdict = { kind: 'ok' }
  for (const outcome of outcomes) {
    if (outcome.kind === 'acknowledged') continue
    if (!isFinal(outcome)) return { kind: 'retry', reason: outcome.reason }
    verdict = { kind: 'bad', reason: outcome.reason }
  }
  return verdict
}
