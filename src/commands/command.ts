/** One command of the program: `tillgate NAME ...`. */
export interface Command {
  /** What `tillgate NAME --help` prints. */
  readonly help: string
  /**
   * Runs with the arguments behind the name. Resolves with the exit code after everything was written; `undefined`: it
   * goes on until a signal ends it. Throws `UsageError` and `ConfigError` for what its user has to correct.
   */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number | undefined>
  /** The exit code for every other error. */
  readonly failureCode: number
}
