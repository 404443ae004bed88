/** What `.journals` says of the stores: missing numbers, conflicts, silent terminals. */
import { html } from './html.js'
import { age, count, counted, duration, time } from './text.js'

/** @import { Snapshot } from '../snapshots.ts' */
/** @typedef {{ snapshot: Snapshot }} Shown */

/** @param {Shown} props */
export function Journals({ snapshot: { journals, atMs } }) {
  if (journals === null)
    return html`<section class="card"><header><h2>Stores</h2></header>
      <p class="calm">This gateway does not follow <code>.journals</code>. Set <code>JOURNALS_TOPIC</code> to see missing numbers,
      conflicts and silent terminals, and to search by store.</p></section>`
  const { sweep, conflicts, isComplete, left } = journals
  if (sweep === null) return html`<section class="card"><p class="calm">Looking at the journals.</p></section>`
  return html`<section aria-label="Stores">
    <p class="note line">${counted(sweep.stores, 'store')}, ${counted(sweep.journals, 'journal')} known from <code>.journals</code>${
      isComplete ? '' : `; ${counted(left, 'offset')} are left to read, so this is not all`
    }. <a href="#/stores">Find a store</a></p>
    <div class="cards three">
      <${Missing} sweep=${sweep} />
      <${Conflicts} conflicts=${conflicts} isReadable=${journals.conflictsReadable} atMs=${atMs} />
      <${Silent} sweep=${sweep} atMs=${atMs} />
    </div>
  </section>`
}

/** @typedef {NonNullable<NonNullable<Snapshot['journals']>['sweep']>} Sweep */
const SHOWN = 12

/** @param {{ shown: number, all: number }} props */
function Rest({ shown, all }) {
  return all > shown ? html`<p class="note">and ${count(all - shown)} more</p>` : null
}

/** @param {{ sweep: Sweep }} props */
function Missing({ sweep: { missing, storesWithMissing, missingNumbers } }) {
  return html`<section class="card">
    <header><h2>Missing numbers</h2><p class=${`note ${missingNumbers > 0 ? 'warn' : ''}`}>
      ${missingNumbers === 0 ? 'None' : `${counted(missingNumbers, 'number')} in ${counted(storesWithMissing, 'store')}`}</p></header>
    ${missing.length === 0 && html`<p class="calm">Every journal is whole up to its highest number.</p>`}
    <ul class="rows">${missing.slice(0, SHOWN).map(
      ({ storeId, missing: numbers, journals }) => html`<li key=${storeId}>
      <a href=${`#/stores/${storeId}`}>${storeId}</a><span>${counted(numbers, 'number')}<span class="note">, ${counted(journals, 'journal')}</span></span>
    </li>`,
    )}</ul>
    <${Rest} shown=${Math.min(SHOWN, missing.length)} all=${storesWithMissing} />
  </section>`
}

/** @param {{ conflicts: NonNullable<Snapshot['journals']>['conflicts'], isReadable: boolean | null, atMs: number }} props */
function Conflicts({ conflicts, isReadable, atMs }) {
  return html`<section class="card">
    <header><h2>Conflicts</h2><p class=${`note ${conflicts.length > 0 ? 'warn' : ''}`}>${conflicts.length === 0 ? 'None lately' : 'the latest'}</p></header>
    ${conflicts.length === 0 && html`<p class="calm">No second document came under a number that is taken.</p>`}
    <ul class="rows">${conflicts.slice(0, SHOWN).map(
      (
        one,
      ) => html`<li key=${`${one.from}${one.storeId}/${one.terminalId}/${one.journalId}/${one.sequenceNumber}/${one.atMs}`}>
      <a class="break" href=${`#/stores/${one.storeId}/${one.terminalId}/${one.journalId}/${one.sequenceNumber}`}>${one.storeId} ${one.terminalId}, number ${one.sequenceNumber}</a>
      <span><span class="note">${one.from === 'refused' ? 'refused here' : `in .conflicts`}, </span><time>${time(one.atMs, atMs)}</time></span>
    </li>`,
    )}</ul>
    ${isReadable === false && html`<p class="note bad"><code>.conflicts</code> cannot be read: only what this gateway refused is shown.</p>`}
  </section>`
}

/** @param {{ sweep: Sweep, atMs: number }} props */
function Silent({ sweep: { silent, silentTerminals, silentStores }, atMs }) {
  return html`<section class="card">
    <header><h2>Silent terminals</h2><p class=${`note ${silentTerminals > 0 ? 'warn' : ''}`} role="status">
      ${silentTerminals === 0 ? 'None' : `${counted(silentTerminals, 'terminal')}, ${counted(silentStores, 'whole store')}`}</p></header>
    ${silent.length === 0 && html`<p class="calm">Every terminal sends at its own pace.</p>`}
    <ul class="rows">${silent.slice(0, SHOWN).map(
      ({ storeId, terminalId, lastAtMs, longestPauseMs }) => html`<li key=${`${storeId}/${terminalId}`}>
      <a href=${`#/stores/${storeId}`}>${storeId} ${terminalId}</a>
      <span>${age(atMs - lastAtMs)}<span class="note">, longest pause ${duration(longestPauseMs)}</span></span>
    </li>`,
    )}</ul>
    <${Rest} shown=${Math.min(SHOWN, silent.length)} all=${silentTerminals} />
  </section>`
}
