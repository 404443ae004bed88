import { loadKafkajsInternals } from './kafkajs-internals.ts'

const gates = new WeakMap<object, () => boolean>()

/**
 * Puts a gate before kafkajs's produce request: at the last instant before a batch's bytes can reach a socket, at
 * each of kafkajs's own retries too. It is what makes "never attempted" a fact and not a guess, and what stops a
 * batch for good. Once a process, before `hardenKafkajs`.
 */
export function installAttemptGate(): void {
  if (installed) return
  installed = true
  const { prototype } = loadKafkajsInternals().Broker
  const { produce } = prototype
  prototype.produce = async function (request) {
    const firstMessage = request.topicData[0]?.partitions[0]?.messages[0]
    const mayAttempt = firstMessage === undefined ? undefined : gates.get(firstMessage)
    if (mayAttempt !== undefined && !mayAttempt()) throw new AttemptRefused()
    return produce.call(this, request)
  }
}

let installed = false

/** Before every attempt to send `messages`, `mayAttempt` is asked; `false` ends the send with `AttemptRefused`. */
export function guardAttempts(messages: readonly object[], mayAttempt: () => boolean): void {
  const [firstMessage] = messages
  if (firstMessage !== undefined) gates.set(firstMessage, mayAttempt)
}

/** The gate said no: nothing of this attempt left. Not retriable, so kafkajs gives up at once. */
export class AttemptRefused extends Error {
  readonly retriable = false

  constructor() {
    super('the batch was recalled or its producer closed')
    this.name = 'AttemptRefused'
  }
}
