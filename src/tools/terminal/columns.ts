const DEFAULT_COLUMNS = 80

/** How wide lines may be: what `COLUMNS` says, else what the terminal says, else 80. */
export function columnsOf(output: { readonly columns?: number | undefined }, environment: NodeJS.ProcessEnv): number {
  const given = Number(environment.COLUMNS)
  if (Number.isInteger(given) && given > 0) return given
  return output.columns !== undefined && output.columns > 0 ? output.columns : DEFAULT_COLUMNS
}
