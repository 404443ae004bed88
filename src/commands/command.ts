/** One command of the program: `tillgate NAME ...`. */
export interface Command {
  /** What `tillgate NAME --help` prints. */
  readonly help: string
  /** What `tillgate NAME SUBCOMMAND --help` prints. */
  readonly subcommandHelp?: Readonly<Record<string, string>>
  /** Whether the gateway's variables configure it. */
  readonly readsEnvironment?: true
  /**
   * Runs with the arguments after the name. Resolves with the exit code once everything is written, or with `undefined`
   * if it runs until a signal ends it. Throws `UsageError`, `InputError` or `ConfigError` for what the user must
   * correct.
   */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number | undefined>
  /** The exit code for every other error. */
  readonly failureCode: number
}

/** For the help of a command that works with the cluster. */
export const FROM_ENVIRONMENT =
  'The cluster and the topic come from environment variables, which tillgate config lists. KAFKA_BROKERS is required, e.g. KAFKA_BROKERS=127.0.0.1:9092'
