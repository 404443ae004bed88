const DEFAULT_COLUMNS = 80

/**
 * How wide lines may be: what `COLUMNS` says, else what the terminal says, else 80. A terminal that says 0 does not know.
 */
export function columnsOf(output: { readonly columns?: number | undefined }, environment: NodeJS.ProcessEnv): number {
  const { COLUMNS = '' } = environment
  return /^[1-9]\d{0,4}$/.test(COLUMNS) ? Number(COLUMNS) : output.columns || DEFAULT_COLUMNS
}
