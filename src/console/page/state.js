/** What the page knows, and where it learns it. */

/** @import { Snapshot } from '../snapshots.ts' */

/**
 * @typedef {{
 *   snapshot: Snapshot | null,
 *   heardAtMs: number,
 *   history: { columns: readonly string[], rows: (number | null)[][] },
 *   isConnected: boolean,
 * }} State
 */

const HISTORY_ROWS = 900
const RETRY_MS = 3_000

/** @type {State} */
export const state = { snapshot: null, heardAtMs: 0, history: { columns: [], rows: [] }, isConnected: false }

/** Follows the events of the gateway for as long as the page is open. @param {() => void} onChange */
export function follow(onChange) {
  const source = new EventSource('/console/events')
  source.addEventListener('open', () => {
    state.isConnected = true
    onChange()
  })
  source.addEventListener('history', ({ data }) => {
    state.history = JSON.parse(data)
  })
  source.addEventListener('snapshot', ({ data }) => {
    /** @type {Snapshot} */
    const snapshot = JSON.parse(data)
    state.snapshot = snapshot
    state.heardAtMs = performance.now()
    const { rows } = state.history
    if (rows.at(-1)?.[0] !== snapshot.atMs) rows.push(rowOf(snapshot))
    if (rows.length > HISTORY_ROWS) rows.shift()
    onChange()
  })
  source.addEventListener('error', () => {
    state.isConnected = false
    onChange()
    // After an answer that is no stream, such as "too many watch", the browser does not try again.
    if (source.readyState !== EventSource.CLOSED) return
    setTimeout(() => follow(onChange), RETRY_MS)
  })
}

/** @param {Snapshot} snapshot @returns {(number | null)[]} */
function rowOf({ atMs, rates, latency, lanes }) {
  const { acknowledged, replayed, rejected, resend, unknown } = rates
  const { p50Ms, p99Ms } = latency
  return [atMs, acknowledged, replayed, rejected, resend, unknown, p50Ms, p99Ms, lanes.pendingRecords]
}

/** One column of the history. @param {string} name */
export function column(name) {
  const index = state.history.columns.indexOf(name)
  return index === -1 ? [] : state.history.rows.map((row) => row[index] ?? null)
}

/** Asks the gateway. Throws with its words. @param {string} path */
export async function ask(path) {
  const answer = await fetch(`/console/${path}`, { signal: AbortSignal.timeout(10_000) })
  const content = await answer.json()
  if (!answer.ok) throw new Error(content.error ?? content.detail ?? `status ${answer.status}`)
  return content
}
