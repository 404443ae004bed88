import type { Seen } from './till.ts'

/** One measurement of an attack: the time right before it, and the time of it. */
export interface Round {
  readonly before: Seen
  readonly during: Seen
}

/** What the Helm chart limits memory to: BUFFER_MEMORY_BYTES and 600 MiB. Beyond it, the kernel ends the gateway. */
const MAX_RESIDENT_BYTES = (256 + 600) * 2 ** 20

/** How much the p50 of the till may grow. */
const MAX_GROWTH = 2

/**
 * Why a row fails, in a few words each; empty: the attack did no harm. A post that is not answered 201, an upload that
 * is not answered 200, or a probe that is not answered 200 in time fails it whichever round it is in. The p50 is judged
 * by the median of the rounds: it may be twice what it was right before, or what it is beside a busy process that sends
 * nothing (`noiseMs`), whichever is more, because no attack can be told from such a process below that. The same holds for
 * the attack on a server that does nothing. More memory than the gateway may have where it is deployed fails the row, too.
 */
export function faultsOf(rounds: readonly Round[], noiseMs: number, residentBytes = 0): string[] {
  const faults = new Set<string>()
  for (const { during } of rounds) {
    // A till that sent nothing saw no harm, and proves nothing.
    if (Object.keys(during.posts).length === 0) faults.add('posts: none was sent')
    for (const status of others(during.posts, '201')) faults.add(`posts: ${wordsOf(status)}`)
    for (const status of others(during.uploads, '200')) faults.add(`uploads: ${wordsOf(status)}`)
    for (const status of others(during.probes, '200')) faults.add(`probes: ${wordsOf(status)}`)
  }
  if (rounds.length === 0) return ['not measured']
  const growth = growthOf(rounds, noiseMs)
  if (growth > MAX_GROWTH) faults.add(`p50 x ${growth.toFixed(1)}`)
  if (residentBytes > MAX_RESIDENT_BYTES) faults.add(`memory: ${Math.round(residentBytes / 2 ** 20)} MiB`)
  return [...faults]
}

/** The p50 during the attack as a multiple of the p50 before it or of the noise, whichever is more: the median. */
export function growthOf(rounds: readonly Round[], noiseMs: number): number {
  const ratios = rounds.map(({ before, during }) => during.p50Ms / Math.max(before.p50Ms, noiseMs))
  return ratios.sort((a, b) => a - b)[Math.floor((ratios.length - 1) / 2)] ?? 1
}

/** Whether only the p50 speaks against the attack, so that another round may tell noise from harm. */
export function isDoubtful(faults: readonly string[]): boolean {
  return faults.length > 0 && faults.every((fault) => fault.startsWith('p50'))
}

function others(counts: Readonly<Record<string, number>>, expected: string): string[] {
  return Object.keys(counts).filter((status) => status !== expected)
}

function wordsOf(status: string): string {
  return status === 'none' ? 'no answer in time' : status
}
