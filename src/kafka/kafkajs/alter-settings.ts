import { type LentBroker, protocolError } from './lent-cluster.ts'
import { ReadyBytes } from './ready-bytes.ts'
import { int16, int32, string } from './wire-bytes.ts'

/** A topic, by name, or a broker, by id. `type`: that of kafkajs's `ConfigResourceTypes`. */
export interface SettingsOwner {
  readonly type: number
  readonly name: string
}

const INCREMENTAL_ALTER_CONFIGS = 44
const VERSION = 0
const SET = 0
const DELETE = 1
const NO_TEXT = -1

/**
 * Sets these settings of a topic or a broker, removes those that are undefined, and leaves all others as they are. A
 * broker's settings have to be sent to that broker. Rejects with the error that the broker answers. kafkajs speaks only
 * the older request, which resets whatever it does not name.
 * Source: https://kafka.apache.org/protocol, IncrementalAlterConfigs version 0.
 */
export async function alterSettings(
  broker: LentBroker,
  owner: SettingsOwner,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await broker.connectionPool.send({
    request: {
      apiKey: INCREMENTAL_ALTER_CONFIGS,
      apiVersion: VERSION,
      apiName: 'IncrementalAlterConfigs',
      encode: async () => new ReadyBytes(encoded(owner, changes), 0),
    },
    response: { decode: async (payload) => payload, parse: async (payload) => throwRefusal(payload as Buffer) },
  })
}

function encoded({ type, name }: SettingsOwner, changes: Readonly<Record<string, string | undefined>>): Buffer {
  const settings = Object.entries(changes).map(([setting, value]) =>
    value === undefined
      ? Buffer.concat([string(setting), Buffer.from([DELETE]), int16(NO_TEXT)])
      : Buffer.concat([string(setting), Buffer.from([SET]), string(value)]),
  )
  const isOnlyValidated = Buffer.from([0])
  const owner = [Buffer.from([type]), string(name), int32(settings.length), ...settings]
  return Buffer.concat([int32(1), ...owner, isOnlyValidated])
}

/** Reads an answer from behind its correlation id. It has the one topic or broker that was asked for. */
function throwRefusal(answer: Buffer): void {
  const errorAt = 4 + 4 // throttle time, number of owners
  const errorCode = answer.readInt16BE(errorAt)
  if (errorCode === 0) return
  const bytes = Math.max(answer.readInt16BE(errorAt + 2), 0)
  throw protocolError(errorCode, answer.toString('utf8', errorAt + 4, errorAt + 4 + bytes))
}
