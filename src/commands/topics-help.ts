import { helpText } from '../tools/terminal/help.ts'
import { CHECK_OPTIONS, CREATE_OPTIONS, GROW_OPTIONS, PLAN_OPTIONS } from '../tools/topics/options.ts'
import { FROM_ENVIRONMENT } from './command.ts'

/** What `tillgate topics --help` prints. */
export const TOPICS_HELP = helpText({
  name: 'tillgate topics',
  takes: 'plan|create|check|grow [OPTIONS]',
  does: 'plans, creates, checks and grows KAFKA_TOPIC',
  options: {},
  notes: [
    `  tillgate topics plan     computes topic, brokers and gateways, and why
  tillgate topics create   creates the topic, or checks it if it is there
  tillgate topics check    compares the topic with what the gateway needs
  tillgate topics grow     spreads it over all brokers, after some were added`,
    'tillgate topics plan --help explains the options of plan, and so on.',
  ],
  exitCodes:
    '0 right or done, 1 wrong, or refused to start, 2 wrong arguments or configuration, 3 not finished: Kafka refused or did not answer, or it was interrupted.',
})

const NOT_FINISHED = '3 not finished: Kafka refused or did not answer, or it was interrupted.'

/** What `tillgate topics NAME --help` prints. */
export const TOPICS_SUBCOMMAND_HELP: Readonly<Record<string, string>> = {
  plan: helpText({
    name: 'tillgate topics plan',
    takes: '[OPTIONS]\n         --stores N --invoices-per-day N --brokers N',
    does: 'computes what topic, brokers and gateways are needed, and why; asks no cluster',
    options: PLAN_OPTIONS,
    exitCodes: '0 done, 2 wrong arguments, or numbers for which there is no plan.',
  }),
  create: helpText({
    name: 'tillgate topics create',
    takes: '[OPTIONS]',
    does: 'creates KAFKA_TOPIC, or checks it if it is there already',
    options: CREATE_OPTIONS,
    notes: [
      'With --stores, --invoices-per-day and --brokers it creates what tillgate topics plan computes from them and from the options below them. Without, it takes --partitions and --replication-factor.',
      FROM_ENVIRONMENT,
    ],
    exitCodes: `0 created, or right as it is, 1 it is wrong, 2 wrong arguments or configuration, ${NOT_FINISHED}`,
  }),
  check: helpText({
    name: 'tillgate topics check',
    takes: '[OPTIONS]',
    does: 'compares KAFKA_TOPIC with what the gateway needs',
    options: CHECK_OPTIONS,
    notes: [FROM_ENVIRONMENT],
    exitCodes: `0 it can be used, perhaps with warnings, 1 it is wrong, 2 wrong arguments or configuration, ${NOT_FINISHED}`,
  }),
  grow: helpText({
    name: 'tillgate topics grow',
    takes: '[OPTIONS]',
    does: 'after brokers were added: spreads the replicas and leaders of KAFKA_TOPIC evenly over all of them',
    options: GROW_OPTIONS,
    notes: [FROM_ENVIRONMENT],
    exitCodes: `0 done or shown, 1 refused to start, 2 wrong arguments or configuration, ${NOT_FINISHED}`,
  }),
}
