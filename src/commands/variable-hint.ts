import { ConfigSchema } from '../config-schema.ts'
import type { UsageError } from '../tools/terminal/input-errors.ts'
import { UnknownArgumentError } from '../tools/terminal/options.ts'
import type { Command } from './command.ts'

/** Kafka's own tools have these options. */
const KAFKA_NAMES: Readonly<Record<string, string>> = {
  BOOTSTRAP_SERVER: 'KAFKA_BROKERS',
  BOOTSTRAP_SERVERS: 'KAFKA_BROKERS',
  BROKER_LIST: 'KAFKA_BROKERS',
}

/**
 * Names the variable that somebody looked for among the arguments: `--port` is PORT. Empty when there is none, or the
 * command is not configured by variables.
 */
export function variableHint({ readsEnvironment }: Command, error: UsageError): string {
  if (!readsEnvironment || !(error instanceof UnknownArgumentError) || error.message.includes('did you mean')) return ''
  const { argument } = error
  if (!argument.startsWith('-')) return '; the cluster and the topic are set by KAFKA_BROKERS and KAFKA_TOPIC'
  const name = argument.replace(/^-+/, '').toUpperCase().replaceAll('-', '_')
  const variable = [name, `KAFKA_${name}`, KAFKA_NAMES[name]].find(
    (candidate) => candidate !== undefined && Object.hasOwn(ConfigSchema.properties, candidate),
  )
  return variable === undefined ? '' : `; set the variable ${variable} instead`
}
