import { Chart } from './charts.js'
import { html } from './html.js'
import { Journals } from './journals.js'
import { age, count, counted, duration, size, time } from './text.js'

/** @import { Snapshot } from '../snapshots.ts' */
/** @typedef {{ snapshot: Snapshot }} Shown */

const OUTCOMES = /** @type {const} */ ([
  ['acknowledged', 'Acknowledged', 'in Kafka'],
  ['replayed', 'Replayed', 'in Kafka before'],
  ['rejected', 'Rejected', 'the till puts it aside'],
  ['resend', 'To be sent again', 'not stored'],
  ['unknown', 'Unknown', 'perhaps stored'],
])

/** @param {Shown} props */
export function Overview({ snapshot }) {
  return html`<h1 class="hidden">Overview</h1>
    <${Readiness} snapshot=${snapshot} />
    <${Headline} snapshot=${snapshot} />
    <div class="charts">
      <${Chart} title="Invoices a second" note=${`${count(snapshot.rates.acknowledged)} acknowledged`}
        unit=${count} lines=${OUTCOMES.map(([name, label]) => ({ name, label, colour: name, fill: name === 'acknowledged', isRare: name !== 'acknowledged' }))} />
      <${Chart} title="Time to the answer" note=${`p50 ${duration(snapshot.recentLatency.p50Ms)}, p99 ${duration(snapshot.recentLatency.p99Ms)}`}
        unit=${duration} lines=${[{ name: 'p50Ms', label: 'p50', colour: 'acknowledged' }, { name: 'p99Ms', label: 'p99', colour: 'replayed' }]} />
    </div>
    <div class="cards three">
      <div class="stack"><${Brokers} snapshot=${snapshot} /><${Refusals} snapshot=${snapshot} /></div>
      <${Outcomes} snapshot=${snapshot} />
      <${Lanes} snapshot=${snapshot} />
    </div>
    <${Journals} snapshot=${snapshot} />`
}

/** @param {Shown} props */
function Readiness({ snapshot: { readiness } }) {
  const { ready, reasons, warnings } = readiness
  return html`<div role="status" class=${`readiness ${ready ? (warnings.length > 0 ? 'warn' : 'good') : 'bad'}`}>
    <b>${ready ? 'Ready' : 'Not ready'}</b>
    ${[...reasons, ...warnings].map((text) => html`<span key=${text}>${text}</span>`)}
    ${ready && warnings.length === 0 && html`<span>This gateway takes invoices.</span>`}
  </div>`
}

/** @param {Shown} props */
function Headline({ snapshot }) {
  const { rates, recentLatency, lanes, buffer, longestBlockMs } = snapshot
  const usedPercent = Math.round((100 * buffer.usedBytes) / buffer.capacityBytes)
  return html`<dl class="headline">
    <div><dt>Acknowledged a second</dt><dd>${count(Math.round(rates.acknowledged))}</dd></div>
    <div><dt>p50</dt><dd>${duration(recentLatency.p50Ms)}</dd></div>
    <div><dt>p99</dt><dd>${duration(recentLatency.p99Ms)}</dd></div>
    <div><dt>Not settled yet</dt><dd>${count(lanes.pendingRecords)}</dd></div>
    <div class=${usedPercent > 80 ? 'warn' : ''}><dt>Buffer</dt>
      <dd>${usedPercent}<small>%</small></dd><p>${size(buffer.usedBytes)} of ${size(buffer.capacityBytes)}</p></div>
    <div><dt>Longest block</dt><dd>${duration(longestBlockMs)}</dd><p>of the event loop</p></div>
  </dl>`
}

/** @param {Shown} props */
function Brokers({ snapshot: { cluster } }) {
  const { brokers, leaderless, underReplicated } = cluster
  const away = brokers.filter(({ isReachable }) => isReachable === false).length
  const sums = [
    away > 0 && `${counted(away, 'broker does', 'brokers do')} not answer`,
    leaderless > 0 && `${counted(leaderless, 'partition')} without a leader`,
    underReplicated > 0 && `${counted(underReplicated, 'partition')} with replicas out of sync`,
  ].filter((text) => text !== false)
  return html`<section class="card">
    <header><h2>Brokers</h2><p class=${`note ${sums.length > 0 ? 'bad' : ''}`} role="status">${sums.join(', ') || 'All answer'}</p></header>
    <table>
      <thead><tr><th scope="col">Broker</th><th scope="col">State</th><th scope="col" class="number">Leads</th></tr></thead>
      <tbody>${brokers.map(
        (broker) => html`<tr key=${broker.address} data-broker=${broker.id ?? broker.address}>
        <th scope="row">${broker.id ?? '–'} <span class="note break">${broker.address}</span></th>
        <td><${BrokerState} broker=${broker} /></td>
        <td class="number">${broker.leads}<span class="note"> of ${broker.replicas}</span></td>
      </tr>`,
      )}</tbody>
    </table>
  </section>`
}

/** @param {{ broker: Snapshot['cluster']['brokers'][number] }} props */
function BrokerState({ broker: { isReachable, sinceMs, isThrottled, pausesMs } }) {
  const pauses = pausesMs > 0 ? html` <span class="note">${duration(pausesMs)} of pauses so far</span>` : ''
  if (isReachable === null) return html`<i class="dot none"></i>Not asked yet`
  if (!isReachable) return html`<i class="dot bad"></i>No answer for ${age(sinceMs)}${pauses}`
  if (isThrottled) return html`<i class="dot warn"></i>Throttles this gateway${pauses}`
  return html`<i class="dot good"></i>Reachable${pauses}`
}

/** @param {Shown} props */
function Lanes({ snapshot: { lanes, uploads, buffer } }) {
  const late = lanes.oldest.filter(({ batchAgeMs, isStalled }) => isStalled || batchAgeMs >= 1_000)
  return html`<section class="card">
    <header><h2>Lanes</h2><p class=${`note ${lanes.stalled > 0 ? 'bad' : ''}`}>
      ${lanes.stalled > 0 ? `${counted(lanes.stalled, 'partition')} stalled` : 'None is stalled'}</p></header>
    <dl class="pairs">
      <dt>Partitions with a batch in flight</dt><dd>${lanes.busy} of ${lanes.partitions}</dd>
      <dt>Oldest batch</dt><dd>${lanes.busy === 0 ? '–' : duration(lanes.oldestBatchMs)}</dd>
      <dt>Uploads answered</dt><dd>${count(uploads.total)}</dd>
      <dt>Invoices of uploads a second</dt><dd>${count(uploads.invoicesPerSecond)}</dd>
      <dt>Bodies at the workers</dt><dd>${count(uploads.openBodies)}, ${counted(uploads.workers, 'worker')}</dd>
      <dt>Answers that are not read yet</dt><dd>${size(buffer.unreadAnswerBytes)}</dd>
    </dl>
    ${
      late.length > 0 &&
      html`<table>
      <thead><tr><th scope="col">Partition</th><th scope="col">Batch</th><th scope="col" class="number">In flight</th><th scope="col" class="number">Waiting</th></tr></thead>
      <tbody>${late.map(
        ({
          partition,
          batchAgeMs,
          isStalled,
          isThrottled,
          inFlightRecords,
          waitingRecords,
        }) => html`<tr key=${partition}>
        <th scope="row">${partition}</th>
        <td><i class=${`dot ${isStalled ? 'bad' : 'warn'}`}></i>${age(batchAgeMs)}${isThrottled ? ', held by a quota' : isStalled ? ', stalled' : ''}</td>
        <td class="number">${count(inFlightRecords)}</td><td class="number">${count(waitingRecords)}</td>
      </tr>`,
      )}</tbody>
    </table>`
    }
  </section>`
}

/** @param {Shown} props */
function Outcomes({ snapshot: { rates, totals } }) {
  return html`<section class="card">
    <header><h2>Outcomes</h2><p class="note">of invoices since the start</p></header>
    <table>
      <thead><tr><th scope="col">Outcome</th><th scope="col" class="number">A second</th><th scope="col" class="number">All</th></tr></thead>
      <tbody>${OUTCOMES.map(
        ([name, label, meaning]) => html`<tr key=${name}>
        <th scope="row"><i class=${`swatch ${name}`}></i>${label} <span class="note wide">${meaning}</span></th>
        <td class="number">${count(rates[name])}</td><td class="number">${count(totals[name])}</td>
      </tr>`,
      )}</tbody>
    </table>
  </section>`
}

/** @param {Shown} props */
function Refusals({ snapshot: { refusals, atMs } }) {
  return html`<section class="card">
    <header><h2>Latest refusals</h2><p class="note">of requests, by class</p></header>
    ${refusals.length === 0 && html`<p class="calm">No request was refused since the start.</p>`}
    ${
      refusals.length > 0 &&
      html`<table>
      <thead><tr><th scope="col">Problem</th><th scope="col" class="number">Times</th><th scope="col" class="number">Last</th></tr></thead>
      <tbody>${refusals.map(
        ({ problem, status, count: times, atMs: lastMs }) => html`<tr key=${problem}>
        <th scope="row"><a href=${`/problems/${problem}`}>${problem}</a> <span class="note">${status}</span></th>
        <td class="number">${count(times)}</td><td class="number"><time>${time(lastMs, atMs)}</time></td>
      </tr>`,
      )}</tbody>
    </table>`
    }
  </section>`
}
