import type { Coding } from '../../src/uploads/inflate.ts'
import { encodePacket } from './packet.ts'

export interface GeneratorOptions {
  readonly seed: number
  readonly symbols: number
  readonly packets: number
  readonly ticksPerPacket: number
  readonly coding: Coding
  /** Of the symbols. Two feeds at once need different prefixes. */
  readonly prefix?: string
}

/** One packet to send: its number, its ticks as text, and its bytes on the wire. */
export interface GeneratedPacket {
  readonly number: number
  readonly ticks: readonly string[]
  readonly bytes: Buffer
}

const FIRST_TIME_MICROS = 1_764_000_000_000_000

/** Packets numbered from 1. The same options give the same ticks. The sequence numbers of a symbol have no gap. */
export async function* generatePackets(options: GeneratorOptions): AsyncGenerator<GeneratedPacket> {
  const { symbols, packets, ticksPerPacket, coding, prefix = 'SYM' } = options
  let state = options.seed >>> 0
  const below = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0 // Numerical Recipes
    return Math.floor((state / 4_294_967_296) * bound)
  }
  const sequences = new Array<number>(symbols).fill(0)
  const prices = Array.from({ length: symbols }, () => 1_000 + below(100_000))
  let time = FIRST_TIME_MICROS
  for (let number = 1; number <= packets; number++) {
    const ticks = Array.from({ length: ticksPerPacket }, () => {
      const symbol = below(symbols)
      const sequence = ++sequences[symbol]!
      prices[symbol]! += below(21) - 10
      time += below(1_000)
      return `${prefix}${symbol},${sequence},${time},${prices[symbol]},${1 + below(1_000)}`
    })
    yield { number, ticks, bytes: await encodePacket(number, coding, `${ticks.join('\n')}\n`) }
  }
}
