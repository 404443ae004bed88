/** The search by store: a list of stores, a store's journals, an invoice with its receipt and record. */
import { html } from './html.js'
import { Invoice } from './invoice.js'
import { ask } from './state.js'
import { age, count, counted, runs, time } from './text.js'

/** @import { Snapshot } from '../snapshots.ts' */
/** @import { FoundJournal, FoundStore, Page, StorePage } from '../stores.ts' */

/** @typedef {{ view: 'overview' } | { view: 'stores', path: readonly string[], query: URLSearchParams }} Route */

/** What was found for the route that is open. @type {{ key: string, content: any, error: string | null, isBusy: boolean }} */
const found = { key: '', content: null, error: null, isBusy: false }
/** Where the pages before this one began. @type {string[]} */
let before = []

/** What the address asks for: `#/stores/STORE/TERMINAL/JOURNAL/NUMBER?q=`. @returns {Route} */
export function route() {
  const [path = '', query = ''] = location.hash.slice(1).split('?')
  const [view, ...rest] = path.split('/').filter(Boolean).map(decoded)
  return view === 'stores' ? { view, path: rest, query: new URLSearchParams(query) } : { view: 'overview' }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // an address that somebody typed
  }
}

/** Asks for what the address names. @param {() => void} draw */
export function openRoute(draw) {
  const open = route()
  before = []
  if (open.view === 'stores') void load(pathOf(open), draw)
}

/** @param {Extract<Route, { view: 'stores' }>} route */
function pathOf({ path, query }) {
  const [storeId, terminalId, journalId, number] = path.map(encodeURIComponent)
  if (storeId === undefined) return `stores?q=${encodeURIComponent(query.get('q') ?? '')}`
  if (number === undefined) return `stores/${storeId}?`
  return `stores/${storeId}/terminals/${terminalId}/journals/${journalId}/invoices/${number}`
}

/** @param {string} path @param {() => void} draw */
async function load(path, draw) {
  Object.assign(found, { key: path, isBusy: true, error: null })
  // The receipt of one invoice must not stand below the number of the next.
  if (path.includes('/invoices/')) found.content = null
  redraw = draw
  draw()
  try {
    const content = await ask(path)
    if (found.key === path) found.content = content
  } catch (error) {
    if (found.key === path)
      Object.assign(found, { content: null, error: error instanceof Error ? error.message : 'It failed.' })
  }
  if (found.key !== path) return
  found.isBusy = false
  draw()
}

let redraw = () => {}

/** @param {string | null} after */
function turnTo(after) {
  const open = route()
  if (open.view === 'stores') void load(`${pathOf(open)}&after=${encodeURIComponent(after ?? '')}`, redraw)
}

/** @param {{ snapshot: Snapshot }} props */
export function StoresView({ snapshot }) {
  const open = route()
  if (open.view !== 'stores') return null
  const [storeId, terminalId, journalId, number] = open.path
  return html`<h1 class="hidden">Stores</h1>
    <${Search} query=${open.query.get('q') ?? storeId ?? ''} />
    <div aria-live="polite" aria-busy=${found.isBusy}>
      ${found.error !== null && html`<p class="readiness bad">${found.error}</p>`}
      ${
        found.error === null &&
        found.content !== null &&
        !(found.isBusy && before.length === 0 && !matches(open.path)) &&
        (number !== undefined
          ? html`<${Invoice} names=${{ storeId, terminalId, journalId, number }} content=${found.content} />`
          : storeId !== undefined
            ? html`<${Store} page=${found.content} atMs=${snapshot.atMs} />`
            : html`<${StoreList} page=${found.content} atMs=${snapshot.atMs} />`)
      }
    </div>`
}

/** Whether what was found is of the kind that the address names. @param {readonly string[]} path */
function matches(path) {
  const { content } = found
  const kind = 'found' in content ? 4 : 'storeId' in content ? 1 : 0
  return kind === Math.min(path.length, 4)
}

/** @param {{ query: string }} props */
function Search({ query }) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const entered = new FormData(/** @type {HTMLFormElement} */ (event.target)).get('q')
    const hash = `#/stores?q=${encodeURIComponent(String(entered).trim())}`
    if (location.hash === hash) openRoute(redraw)
    else location.hash = hash
  }
  return html`<form class="search" role="search" onSubmit=${submit}>
    <label for="q">Stores whose name begins with</label>
    <input id="q" name="q" type="search" key=${query} defaultValue=${query} maxlength="32" autocomplete="off" spellcheck=${false} />
    <button>Find</button>
  </form>`
}

/** @param {{ next: string | null }} props */
function Turn({ next }) {
  const forth = () => {
    before.push(new URLSearchParams(found.key.split('?')[1]).get('after') ?? '')
    turnTo(next)
  }
  const back = () => turnTo(before.pop() ?? '')
  if (next === null && before.length === 0) return null
  return html`<p class="turn">
    <button disabled=${before.length === 0} onClick=${back}>Back</button>
    <button disabled=${next === null} onClick=${forth}>Next</button>
  </p>`
}

/** @param {{ page: Page<FoundStore>, atMs: number }} props */
function StoreList({ page: { entries, next }, atMs }) {
  if (entries.length === 0)
    return html`<p class="calm">No store that is known from <code>.journals</code> has such a name.</p>`
  return html`<section class="card">
    <table>
      <caption class="hidden">Stores by name</caption>
      <thead><tr><th scope="col">Store</th><th scope="col" class="number">Terminals</th><th scope="col" class="number">Silent</th>
        <th scope="col" class="number">Missing</th><th scope="col" class="number wide">Last invoice</th></tr></thead>
      <tbody>${entries.map(
        ({ storeId, terminals, silent, missing, lastAtMs }) => html`<tr key=${storeId}>
        <th scope="row"><a class="break" href=${`#/stores/${storeId}`}>${storeId}</a></th>
        <td class="number">${count(terminals)}</td>
        <td class=${`number ${silent > 0 ? 'warn' : ''}`}>${count(silent)}</td>
        <td class=${`number ${missing > 0 ? 'warn' : ''}`}>${count(missing)}</td>
        <td class="number wide">${lastAtMs === 0 ? '–' : `${age(atMs - lastAtMs)} ago`}</td>
      </tr>`,
      )}</tbody>
    </table>
    <${Turn} next=${next} />
  </section>`
}

/** @param {{ page: StorePage, atMs: number }} props */
function Store({ page: { storeId, entries, next, conflicts }, atMs }) {
  if (storeId === undefined) return null
  return html`<h2 class="title">Store ${storeId}</h2>
    ${entries.length === 0 && html`<p class="calm">Nothing is known of this store from <code>.journals</code>.</p>`}
    <div class="cards">${entries.map((journal) => html`<${Journal} key=${`${journal.terminalId}/${journal.journalId}`} storeId=${storeId} journal=${journal} atMs=${atMs} />`)}</div>
    <${Turn} next=${next} />
    ${
      conflicts.length > 0 &&
      html`<section class="card"><header><h2>Conflicts</h2></header>
      <ul class="rows">${conflicts.map(
        (one, index) => html`<li key=${index}>
        <a class="break" href=${`#/stores/${one.storeId}/${one.terminalId}/${one.journalId}/${one.sequenceNumber}`}>Terminal ${one.terminalId}, number ${one.sequenceNumber}</a>
        <span class="note">${one.from === 'refused' ? 'another document was refused by this gateway' : `another document is at offset ${one.offset}`}, ${time(one.atMs, atMs)}</span>
      </li>`,
      )}</ul></section>`
    }`
}

const PACES = /** @type {const} */ ({ sending: 'Sends', silent: 'Silent', unused: 'Out of use' })

/** @param {{ storeId: string, journal: FoundJournal, atMs: number }} props */
function Journal({ storeId, journal, atMs }) {
  const { terminalId, journalId, last, missing, missingRuns, lastAtMs, pace, recent } = journal
  const at = `#/stores/${storeId}/${terminalId}/${journalId}`
  const open = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    location.hash = `${at}/${Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('number'))}`
  }
  const field = `number-${terminalId}-${journalId}`
  return html`<section class="card">
    <header><h3>Terminal ${terminalId}</h3><p class=${`note ${pace === 'silent' ? 'warn' : ''}`}>${PACES[pace]}${lastAtMs > 0 ? `, last invoice ${age(atMs - lastAtMs)} ago` : ''}</p></header>
    <dl class="pairs">
      <dt>Journal</dt><dd class="break">${journalId}</dd>
      <dt>Highest number</dt><dd>${last}</dd>
      <dt>Missing</dt><dd class=${missing > 0 ? 'warn break' : ''}>${missing === 0 ? 'none' : `${counted(missing, 'number')}: ${runs(missingRuns)}${missing > sumOf(missingRuns) ? ' and more' : ''}`}</dd>
    </dl>
    <ul class="rows">${recent.slice(0, 5).map(
      ({ sequenceNumber, offset, receivedAtMs }) => html`<li key=${sequenceNumber}>
      <a href=${`${at}/${sequenceNumber}`}>Number ${sequenceNumber}</a>
      <span><span class="note">offset ${offset}, </span><time>${time(receivedAtMs, atMs)}</time></span>
    </li>`,
    )}</ul>
    <form class="search small" onSubmit=${open}>
      <label for=${field}>Invoice number</label>
      <input id=${field} name="number" inputmode="numeric" pattern="[0-9]{1,12}" required autocomplete="off" />
      <button>Show</button>
    </form>
  </section>`
}

/** @param {readonly (readonly [number, number])[]} runs */
const sumOf = (runs) => runs.reduce((sum, [first, last]) => sum + last - first + 1, 0)
