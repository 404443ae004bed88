/** One command of the program: `tillgate NAME ...`. */
export interface Command {
  /** What `tillgate NAME --help` prints. */
  readonly help: string
  /**
   * Runs with the arguments after the name. Resolves with the exit code once everything is written, or with `undefined`
   * if it runs until a signal ends it. Throws `UsageError`, `InputError` or `ConfigError` for what the user must
   * correct.
   */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number | undefined>
  /** The exit code for every other error. */
  readonly failureCode: number
}
