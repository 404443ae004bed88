import { count } from '../terminal/count.ts'

/** A latency; null: nothing was measured. */
export type Milliseconds = number | null

/** A latency for people, in milliseconds or seconds; `-` where nothing was measured. */
export function millisecondsText(ms: Milliseconds): string {
  if (ms === null) return '-'
  if (ms >= 1_000) return `${count(Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)))} s`
  return `${count(Number(ms.toFixed(ms < 100 ? 1 : 0)))} ms`
}
