import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnswerLine } from '../../../src/tools/audit/answers.ts'
import { answerLines } from '../../harness/answer-lines.ts'
import { type Random, randomFrom } from '../../harness/random.ts'
import { identityOf, isAcknowledged, post, type SentInvoice } from '../../harness/till.ts'
import { runUploader } from '../../harness/uploader.ts'
import { sampleInvoice } from '../../invoice/generate.ts'

/** What a till sent: one content under one number, in one writing. */
export interface Sent extends SentInvoice {
  readonly wrong?: AnswerLine['wrong']
}

export interface TillPlan {
  readonly urls: readonly string[]
  readonly topic: string
  readonly seed: number
  readonly shouldStop: () => boolean
}

const TILLS = 60
/** So many of them send uploads. */
const UPLOADERS = 12
const INVOICES_PER_UPLOAD = 120
const STORES = 20
const PAUSE_MS = 40
/** An impatient till sends again after this, at most, while its first attempt is still open. */
const IMPATIENT_MS = 60
/** How long a patient one waits for an answer. */
const [PATIENT_LOW_MS, PATIENT_HIGH_MS] = [400, 3_000] as const
const GIVE_UP_MS = 90_000
/** Of the numbers behind it, a till picks those that it sends again: some of them too old to be compared. */
const MOST_BEHIND = 40

/**
 * Tills that send one number after the other, each until it is acknowledged, and now and then what they should not: the
 * same invoice again though they have its receipt, written anew, an older one, other content under a number. Some send
 * uploads, which overlap. Each attempt goes to whichever gateway they pick. Resolves with all that they sent and were told, once they have stopped. Rejects when an
 * invoice is never acknowledged.
 */
export async function runTills(plan: TillPlan): Promise<Sent[]> {
  const run = (till: number) => (till < UPLOADERS ? runUploading(till, plan) : runTill(till, plan))
  const all = await Promise.all(Array.from({ length: TILLS }, (_, till) => run(till)))
  return all.flat()
}

/** The answers as lines of an answers file for `tillgate audit`. */
export function* answerLinesOf(all: readonly Sent[]): Generator<AnswerLine> {
  for (const sent of all)
    for (const line of answerLines([sent])) yield sent.wrong === undefined ? line : { ...line, wrong: sent.wrong }
}

function placeOf(till: number) {
  return { storeId: `S${till % STORES}`, terminalId: `T${till}` }
}

function runUploading(till: number, { urls, topic, seed, shouldStop }: TillPlan): Promise<Sent[]> {
  const random = randomFrom(seed * 1_000 + till)
  return runUploader({
    get url() {
      return random.pick(urls)
    },
    ...placeOf(till),
    ...{ journalId: topic, invoices: Number.POSITIVE_INFINITY, invoicesPerUpload: INVOICES_PER_UPLOAD, shouldStop },
    ...{ pauseMs: 5 * PAUSE_MS, answerTimeoutMs: PATIENT_HIGH_MS, giveUpAfterMs: GIVE_UP_MS },
    impatience: { chance: 0.2, withinMs: 5 * IMPATIENT_MS },
  })
}

async function runTill(till: number, { urls, topic, seed, shouldStop }: TillPlan): Promise<Sent[]> {
  const random = randomFrom(seed * 1_000 + till)
  const agent = new Agent({ keepAlive: true })
  const all: Sent[] = []
  const open = new Set<Promise<void>>()
  const send = (sent: Sent) => sendUntilAcknowledged(sent, { agent, urls, random, open })
  try {
    for (let number = 1; !shouldStop(); number++) {
      await sleep(PAUSE_MS * random.next())
      const identity = {
        storeId: `S${till % STORES}`,
        terminalId: `T${till}`,
        journalId: topic,
        sequenceNumber: number,
      }
      const sent = sentOf(sampleInvoice(identity))
      all.push(sent)
      await send(sent)
      for (const repeat of repeatsOf(identity, all, random)) {
        all.push(repeat)
        await send(repeat)
      }
    }
    await Promise.all(open)
  } finally {
    agent.destroy()
  }
  return all
}

type Identity = Parameters<typeof sampleInvoice>[0]

/** What a till sends besides its next number. */
function repeatsOf(identity: Identity, all: readonly Sent[], random: Random): Sent[] {
  const older = {
    ...identity,
    sequenceNumber: 1 + Math.max(0, identity.sequenceNumber - 1 - random.below(MOST_BEHIND)),
  }
  const number = Math.min(older.sequenceNumber, identity.sequenceNumber)
  switch (random.below(12)) {
    case 0:
      return [{ ...(all.at(-1) as Sent), answers: [], wrong: 'older' }]
    case 1:
      return [writtenAnew(all.at(-1) as Sent)]
    case 2:
    case 3:
      return [writtenAnew(firstWith(all, number))]
    case 4:
      return [
        {
          ...sentOf(sampleInvoice({ ...identity, sequenceNumber: number, seed: 1_000_000 + number })),
          wrong: 'changed',
        },
      ]
    default:
      return []
  }
}

function firstWith(all: readonly Sent[], number: number): Sent {
  return all.find(({ sequenceNumber, wrong }) => sequenceNumber === number && wrong === undefined) as Sent
}

/** The same invoice with its members in another order and with other spacing, as a typed client would write it. */
function writtenAnew(sent: Sent): Sent {
  const invoice = JSON.parse(sent.body.toString())
  const turned = Object.fromEntries(Object.entries(invoice).reverse())
  return { ...sent, body: Buffer.from(JSON.stringify(turned, null, 1)), answers: [], wrong: 'older' }
}

function sentOf(invoice: ReturnType<typeof sampleInvoice>): Sent {
  const { storeId, terminalId, sequenceNumber } = invoice
  const body = Buffer.from(JSON.stringify(invoice))
  return { identity: identityOf(invoice), storeId, terminalId, sequenceNumber, body, answers: [] }
}

async function sendUntilAcknowledged(
  sent: Sent,
  { agent, urls, random, open }: { agent: Agent; urls: readonly string[]; random: Random; open: Set<Promise<void>> },
): Promise<void> {
  const giveUpAtMs = performance.now() + GIVE_UP_MS
  while (!isDone(sent)) {
    if (performance.now() > giveUpAtMs) throw new Error(`${sent.identity} was never acknowledged`)
    const attempt = post(agent, random.pick(urls), sent.body, random.between(PATIENT_LOW_MS, PATIENT_HIGH_MS)).then(
      (answer) => {
        sent.answers.push(answer)
      },
    )
    open.add(attempt)
    const ended = attempt.finally(() => open.delete(attempt))
    if (random.below(10) === 0) await Promise.race([ended, sleep(IMPATIENT_MS * random.next())])
    else await ended
    const refused = sent.answers.find(({ status }) => typeof status === 'number' && status >= 400 && status < 500)
    if (refused !== undefined && !isDone(sent))
      throw new Error(`${sent.identity} was answered ${refused.status} ${refused.slug}`)
    if (!isDone(sent)) await sleep(50 + 100 * random.next())
  }
}

/**
 * Whether the till has what it can get: a receipt or, where it sent other content under the number, too, and perhaps has an
 * attempt of that under way, that answer.
 */
function isDone(sent: Sent): boolean {
  if (isAcknowledged(sent)) return true
  return sent.wrong !== undefined && sent.answers.some(({ slug }) => slug === 'identity-conflict')
}
