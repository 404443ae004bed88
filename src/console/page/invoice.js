/** An invoice: its receipt, and its record without its content. */
import { html } from './html.js'
import { size } from './text.js'

/** @import { FoundInvoice } from '../invoice.ts' */
/** @import { FoundRecord } from '../record.ts' */

/** @type {Record<FoundInvoice['state'], string>} */
const STATES = {
  stored: 'It is in Kafka.',
  'stored-before':
    'It is in Kafka. Only the latest invoices of a journal are remembered with their places, and it is not among them.',
  missing: 'It is missing: a higher number of its journal is in Kafka.',
  unsure:
    'Nothing can be said: .journals is still read, or is about another topic of this name, one that was deleted or created anew.',
  'not-seen': 'Nothing is known of it: its number is higher than any that was seen, or its journal is not known.',
}

const CLASSES = { stored: 'good', 'stored-before': 'good', missing: 'warn', 'not-seen': '', unsure: '' }

/** @param {{ names: Record<string, string | undefined>, content: { found: FoundInvoice, record: FoundRecord } }} props */
export function Invoice({ names: { storeId, terminalId, journalId, number }, content }) {
  if (content.found === undefined) return null
  const { found: invoice, record } = content
  return html`<p class="line"><a href=${`#/stores/${storeId}`}>All of ${storeId}</a></p>
    <h2 class="title">Invoice ${number} of terminal ${terminalId}</h2>
    <p class=${`readiness ${CLASSES[invoice.state]}`}>${STATES[invoice.state]}</p>
    ${
      invoice.state === 'stored' &&
      html`<div class="cards">
      <section class="card"><header><h3>Receipt</h3><p class="note">as the till got it</p></header>
        <dl class="pairs">
          <dt>Invoice id</dt><dd class="break">${invoice.receipt.invoiceId}</dd>
          <dt>Journal</dt><dd class="break">${journalId}</dd>
          <dt>Topic</dt><dd class="break">${invoice.receipt.topic}</dd>
          <dt>Partition</dt><dd>${invoice.receipt.partition}</dd>
          <dt>Offset</dt><dd>${invoice.receipt.offset}</dd>
          <dt>Received</dt><dd>${invoice.receipt.receivedAt}</dd>
        </dl></section>
      <${Record} record=${record} />
    </div>`
    }`
}

/** @param {{ record: FoundRecord }} props */
function Record({ record }) {
  return html`<section class="card"><header><h3>Record</h3><p class="note">as Kafka has it now, without its content</p></header>
    ${
      record.state === 'read' &&
      html`<dl class="pairs">
      <dt>Timestamp</dt><dd>${new Date(record.timestampMs).toISOString()}</dd>
      <dt>Key</dt><dd class="break">${record.key}</dd>
      <dt>Size</dt><dd>${size(record.sizeBytes)}</dd>
      <dt>SHA-256</dt><dd class="break mono">${record.sha256}</dd>
      <dt>Headers</dt><dd class="break">${record.headerNames.join(', ')}</dd>
    </dl>`
    }
    ${record.state === 'gone' && html`<p class="calm">Kafka has no record at this offset any more: its time is over.</p>`}
    ${record.state === 'other' && html`<p class="calm bad">At this offset is the record of another invoice: the topic is another one.</p>`}
    ${record.state === 'unread' && html`<p class="calm bad">It cannot be read: ${record.reason}</p>`}
  </section>`
}
