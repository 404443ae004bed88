import type { Accumulator } from '../accumulator/accumulator.ts'
import { Chain } from '../accumulator/chain.ts'
import type { Outcome } from '../accumulator/outcome.ts'
import type { ProducerRecord } from '../accumulator/producer-record.ts'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { UploadWindow } from '../admission/upload-window.ts'
import type { Principal } from '../auth/principal.ts'
import { Problem } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'
import { toReceipt } from '../invoice/receipt.ts'
import { toRecord } from '../invoice/record.ts'
import { NEW, type Repeat } from '../known/repeat.ts'
import { Slices } from '../slices.ts'
import type { RequestSpan } from '../tracing/request-span.ts'
import type { Ask } from '../uploads/ask.ts'
import { type Parcel, parcelLength } from '../uploads/parcel.ts'
import {
  type ItemVerdict,
  type UploadBody,
  type UploadRead,
  uploadItems,
  type ValidItem,
} from '../uploads/read-upload.ts'
import type { NoLines } from '../uploads/split.ts'
import type { UploadReader } from '../uploads/upload-reader.ts'
import {
  CONFLICT,
  FORBIDDEN,
  firstReceivedAt,
  type IngestDeps,
  mayWrite,
  problemOf,
  problemOfFault,
  replayOf,
  type StoredInvoice,
} from './invoice.ts'
import { notRead } from './not-read.ts'

/** One upload, received in full. */
export interface UploadRequest extends Pick<UploadBody, 'body' | 'coding' | 'framing'> {
  readonly receivedAt: Date
  /** The request's W3C `traceparent`, valid or not. */
  readonly traceparent: string | undefined
  /** `null` or absent where nothing is traced. */
  readonly span?: RequestSpan | null | undefined
  /** Who sent it; `null` if tokens are not asked for. */
  readonly principal: Principal | null
  /** Uploads of different senders are read in turns. */
  readonly sender?: string | undefined
  /** The buffer share that was reserved before the body was read. */
  readonly reservation: Reservation
  /** Called once all of it was read and has memory: with how many invoices it holds. */
  readonly onRead?: ((invoices: number) => void) | undefined
}

/** The answer to one invoice of an upload. `identity` is missing if the invoice does not name one. */
export type ItemAnswer =
  | ({ readonly kind: 'receipt' } & StoredInvoice)
  | { readonly kind: 'problem'; readonly identity: Identity | undefined; readonly problem: Problem }

/**
 * Resolves with an answer for each invoice, in the order of the upload, once all outcomes are known. Throws a `Problem`
 * when the upload cannot be read or does not fit into memory; then nothing of it is in Kafka.
 */
export type IngestUpload = (request: UploadRequest) => Promise<readonly ItemAnswer[]>

export interface IngestUploadDeps
  extends Pick<IngestDeps, 'topic' | 'partitionOf' | 'takeQuota' | 'onForbidden' | 'known'> {
  readonly accumulator: Pick<Accumulator, 'append'>
  readonly reader: Pick<UploadReader, 'read'>
  readonly window: UploadWindow
  /** How long an upload may wait for places in the window. */
  readonly timeoutMs: number
  /** Bytes of buffer that each invoice costs in addition to its own. */
  readonly overheadBytes: number
}

/**
 * THE flow of an upload. First all of it is read and validated. Then its invoices are appended in order, to the same
 * lanes as live ones. The invoices of one terminal are a chain: none is sent behind one that may be missing.
 */
export function createIngestUpload(deps: IngestUploadDeps): IngestUpload {
  const { accumulator, reader, window, topic, partitionOf, takeQuota, onForbidden, known, timeoutMs } = deps
  return async (request) => {
    const { body, coding, framing, receivedAt, traceparent, principal, sender, reservation } = request
    const upload = { body, coding, framing, receivedAtMs: receivedAt.getTime() }
    const ask = askIn(reservation)
    const endValidation = request.span?.startValidation()
    const read = await reader.read(upload, { ask, sender }).catch((error: unknown) => notRead(error, UPLOAD_NOT_READ))
    const parcel = parcelOf(read)
    endValidation?.({ invoices: parcelLength(parcel) })
    const sizeBytes = parcel.bytes.length + parcel.notes.length + parcelLength(parcel) * deps.overheadBytes
    if (!reservation.resize(sizeBytes)) throw NO_MEMORY
    request.onRead?.(parcelLength(parcel))

    const span = request.span?.startWait('upload') ?? null
    const context = { receivedAt: receivedAt.toISOString(), traceparent, span, principal, ingest: 'upload' } as const
    const deadlineMs = performance.now() + timeoutMs
    const chains = new Map<string, Chain>()
    const answers: (ItemAnswer | Promise<ItemAnswer>)[] = []
    const slices = new Slices(STEPS_AT_LEAST)
    if (parcelLength(parcel) > STEPS_AT_LEAST) await slices.next()
    for (const { value, verdict } of uploadItems(parcel)) {
      if (slices.isOver) await slices.next()
      if (verdict.kind !== 'valid') {
        answers.push(answerOfFault(verdict))
        continue
      }
      const { identity } = verdict
      const chain = chainOf(chains, identity)
      const isAllowed = mayWrite(principal, identity)
      if (!isAllowed) onForbidden?.(principal, identity)
      const record = { ...toRecord(verdict, value, context), partition: partitionOf(identity.storeId), span }
      const repeat = isAllowed ? known.find(record.identity, identity, record.value) : NEW
      const knownAnswer = answerOfRepeat(repeat, identity, record)
      if (knownAnswer !== undefined) {
        answers.push(knownAnswer)
        continue
      }
      let problem = isAllowed ? obstacle(identity, chain) : FORBIDDEN
      const hasToWait = problem === null && !window.tryEnter()
      if (hasToWait && !(await window.enter(deadlineMs - performance.now()))) problem = NO_PLACE
      if (problem !== null) {
        chain.breakAt()
        answers.push({ kind: 'problem', identity, problem })
        continue
      }
      try {
        const mayBeKnown = hasToWait && repeat.kind === 'new'
        answers.push(store({ identity, record, mayBeKnown }, reservation, chain))
      } catch (error) {
        window.leave() // nothing else would give its place back
        throw error
      }
    }
    const all = await Promise.all(answers)
    span?.end()
    return all
  }

  /** Why an invoice may not be appended; `null` when it only needs a place in the window. */
  function obstacle(identity: Identity, chain: Chain): Problem | null {
    return chain.isBroken ? NOT_ATTEMPTED : takeQuota(identity)
  }

  /** The answer to an invoice that is in Kafka already, as far as is known. */
  function answerOfRepeat(repeat: Repeat, identity: Identity, record: ProducerRecord): ItemAnswer | undefined {
    if (repeat.kind === 'other') return { kind: 'problem', identity, problem: CONFLICT }
    if (repeat.kind !== 'same') return undefined
    const place = { topic, partition: record.partition }
    return { kind: 'receipt', ...replayOf(repeat, identity, place, record.identity) }
  }

  /**
   * Appends an invoice that has a place in the window, unless it came into Kafka while it waited for the place. What was
   * known before, but not its content, is not asked for again: each question counts as a repeat.
   */
  function store(
    { identity, record, mayBeKnown }: { identity: Identity; record: ProducerRecord; mayBeKnown: boolean },
    reservation: Reservation,
    chain: Chain,
  ): ItemAnswer | Promise<ItemAnswer> {
    const now = mayBeKnown ? known.find(record.identity, identity, record.value) : NEW
    const repeat = answerOfRepeat(now, identity, record)
    if (repeat === undefined)
      return accumulator.append(record, reservation, chain).then((outcome) => answerOf(identity, record, outcome))
    window.leave()
    return repeat
  }

  function answerOf(identity: Identity, record: ProducerRecord, outcome: Outcome): ItemAnswer {
    window.leave()
    if (outcome.kind !== 'acknowledged') return { kind: 'problem', identity, problem: problemOf(outcome) }
    const receipt = toReceipt(identity, { topic, ...outcome }, firstReceivedAt(outcome.record), record.identity)
    return { kind: 'receipt', receipt, isReplay: false }
  }
}

/** So many invoices of an upload are looked at without a break. They take about a millisecond. */
const STEPS_AT_LEAST = 32

/** The answer to an upload that no thread could read soon. */
export const TOO_MANY_WAIT = new Problem(
  'saturated',
  'Too many uploads wait to be read. Send the same document again.',
  {
    bound: 'readers',
  },
)
const UPLOAD_NOT_READ = {
  tooMany: TOO_MANY_WAIT,
  tooCostly: 'Reading the upload takes too long. Send it in parts.',
}
const NO_MEMORY = new Problem(
  'saturated',
  'The buffer has no room for the inflated upload. Send the same document again.',
  { bound: 'memory' },
)
const NO_LINES: Readonly<Record<NoLines, string>> = {
  compressed: 'The body is compressed, and Content-Encoding does not say so, or it is compressed twice.',
  'UTF-16': 'The body is UTF-16. It has to be UTF-8.',
  'an array': 'The body is an array. It has to be one invoice a line, or Content-Type has to be application/json.',
  spread: 'The body has line breaks inside an invoice. It has to be one invoice a line.',
}
const NO_PLACE = new Problem('saturated', 'Too many invoices of uploads are in flight. Send the same document again.')
const TOO_LARGE = new Problem('too-large', 'The invoice is longer than this gateway accepts.')
const NOT_ATTEMPTED = problemOf({ kind: 'rejected', reason: 'predecessor' })

/** The inflated bytes are reserved beside the body: both are in memory while it inflates. */
function askIn(reservation: Reservation): Ask {
  const bodyBytes = reservation.sizeBytes
  return (inflatedBytes) => reservation.resize(bodyBytes + inflatedBytes)
}

function chainOf(chains: Map<string, Chain>, { storeId, terminalId }: Identity): Chain {
  const terminal = `${storeId}/${terminalId}`
  let chain = chains.get(terminal)
  if (chain === undefined) {
    chain = new Chain()
    chains.set(terminal, chain)
  }
  return chain
}

function answerOfFault(fault: Exclude<ItemVerdict, ValidItem>): ItemAnswer {
  const identity = fault.kind === 'invalid' ? fault.identity : undefined
  return { kind: 'problem', identity, problem: fault.kind === 'too-large' ? TOO_LARGE : problemOfFault(fault) }
}

function parcelOf(read: UploadRead): Parcel {
  switch (read.kind) {
    case 'parcel':
      return read.parcel
    case 'damaged':
      throw new Problem('malformed-upload', 'The body does not inflate: it is cut off, damaged or something else.')
    case 'no-lines':
      throw new Problem('malformed-upload', NO_LINES[read.instead])
    case 'malformed':
      throw new Problem('malformed-upload', `The body is not one JSON array: see byte ${read.at}.`)
    case 'empty':
      throw new Problem('malformed-upload', 'The upload holds no invoice.')
    case 'no-room':
      throw NO_MEMORY
    case 'too-large':
      throw new Problem('upload-too-large', 'The upload is longer than this gateway accepts. Send it in parts.')
    case 'too-many':
      throw new Problem(
        'upload-too-large',
        'The upload holds more invoices, or compressed frames, than this gateway accepts. Send it in parts.',
      )
  }
}
